-- The role that the server runs under, made by the owner of its tables after the first start and after each upgrade.
-- It adds entries; it cannot change or delete them, nor lift what keeps others from doing so.
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'veriqko_app') THEN CREATE ROLE veriqko_app; END IF;
END $$;
GRANT USAGE ON SCHEMA public TO veriqko_app;
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO veriqko_app;
REVOKE UPDATE, DELETE, TRUNCATE ON entry FROM veriqko_app;
