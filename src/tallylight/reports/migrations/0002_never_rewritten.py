"""The database itself refuses to change or remove what was handed out."""

from django.db import migrations

TABLES = ("reports_edition", "reports_sheet", "reports_passed")

FORBID = """
CREATE FUNCTION reports_only_added() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what is written in % stays as it is; the next edition says what changed', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;
""" + "".join(
    f"CREATE TRIGGER only_added BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION reports_only_added();\n"
    for table in TABLES
)

ALLOW = "".join(f"DROP TRIGGER only_added ON {table};\n" for table in TABLES) + "DROP FUNCTION reports_only_added();"


class Migration(migrations.Migration):
    dependencies = [("reports", "0001_reports")]

    operations = [migrations.RunSQL(FORBID, ALLOW)]
