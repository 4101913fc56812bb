-- Checks the rows that are older than the limits; readers and writers go on meanwhile. A row beyond them must not keep a
-- release back: its limit stays unchecked for older rows, and validation does without what is beyond it (a name is cut, a
-- product not for sale). Such a row can be written again only within the limits. When they are mended:
-- ALTER TABLE … VALIDATE CONSTRAINT ….
DO $$
DECLARE
  unchecked record;
BEGIN
  FOR unchecked IN
    SELECT conrelid::regclass AS rows_of, conname AS name
    FROM pg_constraint
    WHERE connamespace = 'catalog'::regnamespace AND NOT convalidated
    ORDER BY conname
  LOOP
    BEGIN
      EXECUTE format('ALTER TABLE %s VALIDATE CONSTRAINT %I', unchecked.rows_of, unchecked.name);
    EXCEPTION WHEN check_violation OR foreign_key_violation THEN
      RAISE WARNING '% has rows beyond %: mend them, then validate it', unchecked.rows_of, unchecked.name;
    END;
  END LOOP;
END $$;
