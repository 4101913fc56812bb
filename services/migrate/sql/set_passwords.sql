DO $$
DECLARE
  service text;
BEGIN
  FOREACH service IN ARRAY ARRAY['gateway', 'validation', 'relay', 'notifier', 'analytics', 'catalog'] LOOP
    EXECUTE format('ALTER ROLE %I PASSWORD %L', 'ordermesh_' || service, current_setting('ordermesh.role_password'));
  END LOOP;
END $$;
