-- 数据库账号分两个：一个拥有表、只用来升级；系统平时用另一个，它拆不掉防篡改的触发器，也改不了已写下的记录。
-- Two roles: one owns the tables and is used for upgrades only; the product runs as the other, which can neither take the
-- triggers down nor change what was written. `python app.py check` says so when the product runs as an owner.
--
-- 1. Once, as the superuser (choose passwords of your own):
--      CREATE ROLE grid_owner LOGIN PASSWORD '…';
--      CREATE ROLE grid_app LOGIN PASSWORD '…';
--      CREATE DATABASE grid OWNER grid_owner;
-- 2. At the first start and at every upgrade, as grid_owner and with the same GRID_SECRET_KEY and GRID_DATA_DIR:
--      GRID_DATABASE_URL=postgresql+psycopg://grid_owner:…@host/grid python app.py load-district huli
-- 3. After each of these, as grid_owner, what follows (psql -f docs/postgresql-roles.sql).
-- 4. The product itself: GRID_DATABASE_URL=postgresql+psycopg://grid_app:…@host/grid

GRANT USAGE ON SCHEMA public TO grid_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO grid_app;
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO grid_app;
-- what is written once
REVOKE UPDATE, DELETE ON step, ledger, alert_log, audit, chain_link FROM grid_app;
REVOKE DELETE ON export_request FROM grid_app;
-- upgrades are the owner's
REVOKE INSERT, UPDATE, DELETE ON alembic_version FROM grid_app;
