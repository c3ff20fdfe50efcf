"""The database gives an encounter its turn, by the rule of coding.rules.turns."""

from django.db import migrations

GIVE = """
    CREATE FUNCTION coding_encounter_turn() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
      share integer;
      allowed integer;
      ahead integer;
      last timestamptz;
    BEGIN
      IF TG_OP = 'UPDATE' THEN
        -- A raised priority makes the promise its turn; a promise that moves takes the turn along.
        IF NEW.priority > 0 THEN
          NEW.turn_at := NEW.due_at;
        ELSIF NEW.turn_at IS NOT DISTINCT FROM OLD.turn_at THEN
          NEW.turn_at := OLD.turn_at + (NEW.due_at - OLD.due_at);
        END IF;
        RETURN NEW;
      END IF;
      IF NEW.turn_at IS NOT NULL THEN
        RETURN NEW;
      END IF;
      NEW.turn_at := NEW.due_at;
      IF NEW.repeats_id IS NOT NULL OR NEW.priority > 0 OR NEW.status NOT IN ('to_precode', 'to_code', 'to_verify') THEN
        RETURN NEW;
      END IF;
      SELECT turn_at INTO last FROM coding_encounter
        WHERE practice_id = NEW.practice_id AND status IN ('to_precode', 'to_code', 'to_verify')
          AND repeats_id IS NULL AND due_at <= NEW.due_at
        ORDER BY turn_at DESC LIMIT 1;
      IF last IS NULL THEN
        RETURN NEW;
      END IF;
      SELECT daily_share INTO STRICT share FROM portal_practice WHERE id = NEW.practice_id;
      allowed := floor(share * greatest(1.0, extract(epoch FROM NEW.due_at - NEW.created_at) / 86400.0));
      SELECT count(*) INTO ahead FROM (
        SELECT FROM coding_encounter
        WHERE practice_id = NEW.practice_id AND status IN ('to_precode', 'to_code', 'to_verify')
          AND repeats_id IS NULL AND due_at <= NEW.due_at
        LIMIT allowed
      ) waiting;
      IF ahead >= allowed THEN
        last := last + interval '1 day' / share;
      END IF;
      NEW.turn_at := greatest(NEW.due_at, last);
      RETURN NEW;
    END $$;
    CREATE TRIGGER coding_encounter_turn_given BEFORE INSERT OR UPDATE OF due_at, priority ON coding_encounter
      FOR EACH ROW EXECUTE FUNCTION coding_encounter_turn();
"""
FORGET = """
    DROP TRIGGER coding_encounter_turn_given ON coding_encounter;
    DROP FUNCTION coding_encounter_turn();
"""


class Migration(migrations.Migration):
    dependencies = [("coding", "0004_frozen")]

    operations = [migrations.RunSQL(sql=GIVE, reverse_sql=FORGET)]
