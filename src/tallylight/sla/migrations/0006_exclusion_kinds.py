"""Exclusions have a kind. Those approved before were not asked for one, and say so."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("sla", "0005_broken_promises")]

    operations = [
        migrations.AddField(
            model_name="exclusion",
            name="kind",
            field=models.CharField(default="unstated", max_length=16),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="exclusion",
            name="announced_at",
            field=models.DateTimeField(null=True),
        ),
    ]
