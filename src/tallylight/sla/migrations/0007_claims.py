"""Claims, which the database refuses to change or remove."""

import django.db.models.deletion
from django.db import migrations, models

import tallylight.kernel.ids

FORBID = """
CREATE TRIGGER sealed BEFORE UPDATE OR DELETE ON sla_claim FOR EACH ROW EXECUTE FUNCTION sla_sealed();
"""
ALLOW = "DROP TRIGGER sealed ON sla_claim;"


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_signatories"), ("sla", "0006_exclusion_kinds")]

    operations = [
        migrations.CreateModel(
            name="Claim",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tallylight.kernel.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("month", models.CharField(max_length=7)),
                ("claimed_at", models.DateTimeField()),
                (
                    "claimed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.person"
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.organisation"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("organisation", "month"), name="a_month_is_claimed_once")
                ],
            },
        ),
        migrations.RunSQL(FORBID, ALLOW),
    ]
