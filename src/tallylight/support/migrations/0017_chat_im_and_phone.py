from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('support', '0016_tasks_and_links'),
    ]

    operations = [
        migrations.AlterField(
            model_name='entry',
            name='channel',
            field=models.CharField(choices=[('console', 'console'), ('api', 'api'), ('mail', 'mail'), ('chat', 'chat'), ('mail-link', 'mail-link'), ('im', 'im'), ('phone', 'phone'), ('system', 'system')], max_length=16),
        ),
    ]
