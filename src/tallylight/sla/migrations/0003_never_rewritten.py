"""The database itself refuses to change or remove what is sealed."""

from django.db import migrations

SEALED = ("sla_sealedlink", "sla_series", "sla_chainedexclusion")

FORBID = """
CREATE FUNCTION sla_sealed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what is sealed in % stays as it is; what came later is appended', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;
""" + "".join(
    f"CREATE TRIGGER sealed BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION sla_sealed();\n"
    for table in SEALED
)

ALLOW = "".join(f"DROP TRIGGER sealed ON {table};\n" for table in SEALED) + "DROP FUNCTION sla_sealed();"


class Migration(migrations.Migration):
    dependencies = [("sla", "0002_sealed_days")]

    operations = [migrations.RunSQL(FORBID, ALLOW)]
