-- One role for each service, without any right of its own. Run each time: a cluster that a dump was restored into has none.
DO $$
DECLARE
  service text;
BEGIN
  FOREACH service IN ARRAY ARRAY['gateway', 'validation', 'relay', 'notifier', 'analytics', 'catalog'] LOOP
    BEGIN
      EXECUTE format('CREATE ROLE %I LOGIN', 'ordermesh_' || service);
    EXCEPTION WHEN duplicate_object OR unique_violation THEN
      NULL;  -- It is there, or another database's run of this made it at the same moment.
    END;
  END LOOP;
END $$;
