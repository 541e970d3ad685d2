"""The database itself refuses to change what is written down on a bridge, and a report that is published."""

from django.db import migrations

FORBID = """
CREATE FUNCTION bridges_line_only_added() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'line % of a bridge is never changed or taken away', OLD.id USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER only_added BEFORE UPDATE OR DELETE ON bridges_line
    FOR EACH ROW EXECUTE FUNCTION bridges_line_only_added();

CREATE FUNCTION bridges_review_fixed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.published_at IS NOT NULL THEN
        RAISE EXCEPTION 'report % is published and stays as it is', OLD.id USING ERRCODE = 'restrict_violation';
    END IF;
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER fixed BEFORE UPDATE OR DELETE ON bridges_review
    FOR EACH ROW EXECUTE FUNCTION bridges_review_fixed();
"""

ALLOW = """
DROP TRIGGER fixed ON bridges_review;
DROP FUNCTION bridges_review_fixed();
DROP TRIGGER only_added ON bridges_line;
DROP FUNCTION bridges_line_only_added();
"""


class Migration(migrations.Migration):

    dependencies = [("bridges", "0001_initial")]

    operations = [migrations.RunSQL(FORBID, ALLOW)]
