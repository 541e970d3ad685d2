"""The database itself refuses to change a signature, a proposed text, or a proposal that is settled."""

from django.db import migrations

FORBID = """
CREATE FUNCTION contracts_signature_only_added() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'signature % is never changed or taken away', OLD.id USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER only_added BEFORE UPDATE OR DELETE ON contracts_signature
    FOR EACH ROW EXECUTE FUNCTION contracts_signature_only_added();

CREATE FUNCTION contracts_signature_fits() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT 1 FROM contracts_proposal
        WHERE id = NEW.proposal_id AND organisation_id = NEW.organisation_id AND sha256 = NEW.sha256 AND state = 'proposed'
    ) THEN
        RAISE EXCEPTION 'signature % is not of an open proposal of that hash', NEW.id USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER fits BEFORE INSERT ON contracts_signature
    FOR EACH ROW EXECUTE FUNCTION contracts_signature_fits();

CREATE FUNCTION contracts_proposal_settles_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'proposal % is never taken away', OLD.id USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.state <> 'proposed' THEN
        RAISE EXCEPTION 'proposal % is %', OLD.id, OLD.state USING ERRCODE = 'restrict_violation';
    END IF;
    IF to_jsonb(NEW) - 'state' - 'settled_at' - 'settled_by_id' - 'reason'
        <> to_jsonb(OLD) - 'state' - 'settled_at' - 'settled_by_id' - 'reason' THEN
        RAISE EXCEPTION 'the text of proposal % is never changed; propose another', OLD.id
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.state = 'accepted' AND (
        SELECT count(DISTINCT side) FROM contracts_signature WHERE proposal_id = NEW.id
    ) < 2 THEN
        RAISE EXCEPTION 'proposal % is not signed by both sides', OLD.id USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER settles_once BEFORE UPDATE OR DELETE ON contracts_proposal
    FOR EACH ROW EXECUTE FUNCTION contracts_proposal_settles_once();

CREATE FUNCTION contracts_version_as_signed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.proposal_id IS NOT NULL AND (
        SELECT count(DISTINCT side) FROM contracts_signature
        WHERE proposal_id = NEW.proposal_id AND sha256 = NEW.sha256 AND organisation_id = NEW.organisation_id
    ) < 2 THEN
        RAISE EXCEPTION 'contract version % is not what both sides signed', NEW.id USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER as_signed BEFORE INSERT ON contracts_contractversion
    FOR EACH ROW EXECUTE FUNCTION contracts_version_as_signed();
"""

ALLOW = """
DROP TRIGGER as_signed ON contracts_contractversion;
DROP FUNCTION contracts_version_as_signed();
DROP TRIGGER settles_once ON contracts_proposal;
DROP FUNCTION contracts_proposal_settles_once();
DROP TRIGGER fits ON contracts_signature;
DROP FUNCTION contracts_signature_fits();
DROP TRIGGER only_added ON contracts_signature;
DROP FUNCTION contracts_signature_only_added();
"""


class Migration(migrations.Migration):
    dependencies = [("contracts", "0003_proposals")]

    operations = [migrations.RunSQL(FORBID, ALLOW)]
