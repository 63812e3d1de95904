-- Facts are seen by whoever may see their case. Sums over all cases are the centre's; a unit sees those of units, among which
-- it stands, and the grounds of its own returns.

DO $$
DECLARE part text;
BEGIN
    FOREACH part IN ARRAY ARRAY['insight_fact', 'insight_standing'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', part);
        EXECUTE format(
            'CREATE POLICY seen ON %I FOR SELECT'
            ' USING ((SELECT current_setting(''huiying.scope'', true)) IN (''work'', ''centre'')'
            ' OR EXISTS (SELECT 1 FROM case_case c WHERE c.id = case_id))', part);
    END LOOP;
    FOREACH part IN ARRAY ARRAY['insight_fact', 'insight_standing', 'insight_tally', 'insight_waiting'] LOOP
        EXECUTE format(
            'CREATE POLICY worked_on ON %I FOR ALL USING ((SELECT current_setting(''huiying.scope'', true)) = ''work'')'
            ' WITH CHECK ((SELECT current_setting(''huiying.scope'', true)) = ''work'')', part);
    END LOOP;
END $$;

ALTER TABLE insight_tally ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON insight_tally FOR SELECT USING (
    (SELECT current_setting('huiying.scope', true)) IN ('work', 'centre')
    OR ((SELECT current_setting('huiying.scope', true)) = 'unit' AND (
        dimension = 'unit'
        OR (dimension = 'return' AND split_part(code, ' ', 1) = ANY (huiying_codes('huiying.units')))
    ))
);
ALTER TABLE insight_waiting ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON insight_waiting FOR SELECT USING (
    (SELECT current_setting('huiying.scope', true)) IN ('work', 'centre')
);
