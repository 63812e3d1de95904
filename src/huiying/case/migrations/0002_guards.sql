-- What the database itself sees to, whoever asks: acts are only ever added, and nobody reads a case without a scope.

CREATE SEQUENCE case_serial AS bigint MAXVALUE 99999999;
GRANT USAGE ON SEQUENCE case_serial TO huiying_app;

-- Acts are never changed and never removed. The migrator alone could; `ledger verify` would name what it did.
CREATE FUNCTION case_act_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_user <> 'huiying_owner' THEN
        RAISE EXCEPTION 'the ledger is append-only: % on case_act', TG_OP USING ERRCODE = 'insufficient_privilege';
    ELSIF TG_OP = 'UPDATE' THEN
        RETURN NEW;
    ELSIF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER case_act_no_change BEFORE UPDATE OR DELETE ON case_act FOR EACH ROW EXECUTE FUNCTION case_act_stays();
CREATE TRIGGER case_act_no_truncate BEFORE TRUNCATE ON case_act FOR EACH STATEMENT EXECUTE FUNCTION case_act_stays();

-- Which transaction appended an act is for the database to say: the vault opens nothing on anybody's word.
CREATE FUNCTION case_act_when() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.transaction := pg_current_xact_id()::text::bigint;
    NEW.written_at := clock_timestamp();
    RETURN NEW;
END $$;
CREATE TRIGGER case_act_stamp BEFORE INSERT ON case_act FOR EACH ROW EXECUTE FUNCTION case_act_when();

REVOKE UPDATE, DELETE, TRUNCATE ON case_act FROM huiying_app;
REVOKE DELETE, TRUNCATE ON case_case FROM huiying_app;
REVOKE UPDATE, DELETE, TRUNCATE ON case_instrument FROM huiying_app;
GRANT SELECT ON case_act TO huiying_vault;
GRANT USAGE ON SCHEMA public TO huiying_vault;

-- Row-level security: see case/scope.py for what each scope means.
CREATE FUNCTION huiying_codes(setting text) RETURNS text[] LANGUAGE sql STABLE AS $$
    SELECT string_to_array(coalesce(current_setting(setting, true), ''), ',')
$$;

ALTER TABLE case_case ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON case_case FOR SELECT USING (
    (SELECT current_setting('huiying.scope', true)) IN ('work', 'centre')
    OR ((SELECT current_setting('huiying.scope', true)) = 'case'
        AND id = (SELECT nullif(current_setting('huiying.case', true), '')::bigint))
    OR ((SELECT current_setting('huiying.scope', true)) = 'unit'
        AND units && (SELECT huiying_codes('huiying.units')::varchar[])
        AND NOT respondents && (SELECT huiying_codes('huiying.interests')::varchar[])
        AND NOT (kind = 'report' AND EXISTS (
            SELECT 1 FROM directory_unit u
            WHERE u.code = ANY (respondents) AND u.superior_id::text = ANY (huiying_codes('huiying.selves'))
        )))
);
CREATE POLICY worked_on ON case_case FOR ALL
    USING ((SELECT current_setting('huiying.scope', true)) = 'work')
    WITH CHECK ((SELECT current_setting('huiying.scope', true)) = 'work');

ALTER TABLE case_act ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON case_act FOR SELECT TO huiying_app USING (
    (SELECT current_setting('huiying.scope', true)) = 'work' OR case_id IS NULL
    OR EXISTS (SELECT 1 FROM case_case c WHERE c.id = case_id)
);
CREATE POLICY appended ON case_act FOR INSERT TO huiying_app
    WITH CHECK ((SELECT current_setting('huiying.scope', true)) = 'work');
CREATE POLICY vault_sees ON case_act FOR SELECT TO huiying_vault USING (true);

DO $$
DECLARE part text;
BEGIN
    FOREACH part IN ARRAY ARRAY['case_track', 'case_clock', 'case_content', 'case_notice', 'case_alarm'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', part);
        EXECUTE format(
            'CREATE POLICY seen ON %I FOR SELECT USING ((SELECT current_setting(''huiying.scope'', true)) = ''work'''
            ' OR EXISTS (SELECT 1 FROM case_case c WHERE c.id = case_id))', part);
        EXECUTE format(
            'CREATE POLICY worked_on ON %I FOR ALL USING ((SELECT current_setting(''huiying.scope'', true)) = ''work'')'
            ' WITH CHECK ((SELECT current_setting(''huiying.scope'', true)) = ''work'')', part);
    END LOOP;
END $$;
