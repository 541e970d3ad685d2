"""The database itself refuses to change a stored contract."""

from django.db import migrations

FORBID = """
CREATE FUNCTION contracts_never_rewritten() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'contract version % is never rewritten; put an amendment in force', OLD.id
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER never_rewritten BEFORE UPDATE ON contracts_contractversion
    FOR EACH ROW EXECUTE FUNCTION contracts_never_rewritten();
"""

ALLOW = """
DROP TRIGGER never_rewritten ON contracts_contractversion;
DROP FUNCTION contracts_never_rewritten();
"""


class Migration(migrations.Migration):
    dependencies = [("contracts", "0001_initial")]

    operations = [migrations.RunSQL(FORBID, ALLOW)]
