from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("sla", "0003_never_rewritten")]

    operations = [
        migrations.CreateModel(
            name="EvidenceKey",
            fields=[
                ("public", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("made_at", models.DateTimeField()),
                ("retired_at", models.DateTimeField(null=True)),
            ],
        ),
    ]
