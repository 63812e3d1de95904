-- The vault's tables and functions, made in the name of a role that nobody logs in as. `app` may only call the functions.
SET ROLE huiying_vault;

CREATE TABLE vault.sealed (
    ref uuid PRIMARY KEY,
    key text NOT NULL,
    nonce bytea NOT NULL,
    ciphertext bytea NOT NULL
);
CREATE TABLE vault.holding (
    case_number text NOT NULL,
    position integer NOT NULL,
    name text NOT NULL,
    ref uuid NOT NULL REFERENCES vault.sealed,
    PRIMARY KEY (case_number, position, name)
);
CREATE INDEX holding_ref ON vault.holding (ref);
CREATE TABLE vault.token (
    case_number text NOT NULL,
    kind text NOT NULL,
    token bytea NOT NULL,
    PRIMARY KEY (case_number, kind, token)
);
CREATE INDEX token_find ON vault.token (kind, token);

-- Whether the open transaction itself appended an act on this case for which the condition holds.
CREATE FUNCTION vault.act_of_now(number text, wanted jsonb) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT EXISTS (
        SELECT 1 FROM public.case_act
        WHERE subject = 'case:' || number
          AND transaction = pg_current_xact_id()::text::bigint
          AND jsonb_build_object('act', act) || body @> wanted
    )
$$;

CREATE FUNCTION vault.seal(
    key_name text, numbers text[], positions integer[], names text[], refs uuid[], nonces bytea[], ciphertexts bytea[]
) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, vault AS $$
    INSERT INTO vault.sealed SELECT r, key_name, n, c FROM unnest(refs, nonces, ciphertexts) AS new (r, n, c);
    INSERT INTO vault.holding SELECT * FROM unnest(numbers, positions, names, refs);
$$;

CREATE FUNCTION vault.mark(numbers text[], kinds text[], tokens bytea[]) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, vault AS $$
    INSERT INTO vault.token SELECT * FROM unnest(numbers, kinds, tokens) ON CONFLICT DO NOTHING
$$;

CREATE FUNCTION vault.inventory(numbers text[])
RETURNS TABLE (case_number text, "position" integer, name text, digest text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, vault AS $$
    SELECT h.case_number, h.position, h.name, encode(sha256(s.nonce || s.ciphertext), 'hex')
    FROM vault.holding h JOIN vault.sealed s USING (ref) WHERE h.case_number = ANY (numbers)
$$;

CREATE FUNCTION vault.find(wanted_kind text, wanted bytea) RETURNS TABLE (case_number text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, vault AS $$
    SELECT t.case_number FROM vault.token t WHERE t.kind = wanted_kind AND t.token = wanted
$$;

CREATE FUNCTION vault.tokens(number text) RETURNS TABLE (kind text, token bytea)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, vault AS $$
    SELECT t.kind, t.token FROM vault.token t WHERE t.case_number = number
$$;

CREATE FUNCTION vault.share(number text, with_number text, names text[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, vault AS $$
BEGIN
    IF NOT vault.act_of_now(with_number, jsonb_build_object('sets', jsonb_build_object('split_from', number))) THEN
        RAISE EXCEPTION 'nothing is shared without an act that splits it off' USING ERRCODE = 'insufficient_privilege';
    END IF;
    INSERT INTO vault.holding
        SELECT with_number, 1, h.name, h.ref FROM vault.holding h
        WHERE h.case_number = number AND h.position = 1 AND h.name = ANY (names);
    INSERT INTO vault.token SELECT with_number, t.kind, t.token FROM vault.token t WHERE t.case_number = number;
END $$;

CREATE FUNCTION vault.open(number text, wanted_position integer, wanted_name text)
RETURNS TABLE (ref uuid, key text, nonce bytea, ciphertext bytea)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, vault AS $$
BEGIN
    IF NOT vault.act_of_now(number, jsonb_build_object('act', 'open', 'given',
            jsonb_build_object('items', jsonb_build_array(
                jsonb_build_object('name', wanted_name, 'position', wanted_position))))) THEN
        RAISE EXCEPTION 'nothing opens without an act that records it' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN QUERY SELECT s.ref, s.key, s.nonce, s.ciphertext
        FROM vault.holding h JOIN vault.sealed s ON s.ref = h.ref
        WHERE h.case_number = number AND h.position = wanted_position AND h.name = wanted_name;
END $$;

CREATE FUNCTION vault.erase(number text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, vault AS $$
DECLARE refs uuid[];
BEGIN
    IF NOT vault.act_of_now(number, '{"sets": {"purges": true}}') THEN
        RAISE EXCEPTION 'nothing is erased without an act that says so' USING ERRCODE = 'insufficient_privilege';
    END IF;
    -- Two cases that hold the same rows may be erased at once: the second waits, and then sees what the first let go.
    PERFORM 1 FROM vault.sealed s WHERE s.ref IN (SELECT h.ref FROM vault.holding h WHERE h.case_number = number)
        ORDER BY s.ref FOR UPDATE;
    SELECT array_agg(h.ref) INTO refs FROM vault.holding h WHERE h.case_number = number;
    DELETE FROM vault.holding h WHERE h.case_number = number;
    DELETE FROM vault.sealed s
        WHERE s.ref = ANY (refs) AND NOT EXISTS (SELECT 1 FROM vault.holding o WHERE o.ref = s.ref);
    DELETE FROM vault.token t WHERE t.case_number = number;
END $$;

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA vault FROM PUBLIC;
GRANT USAGE ON SCHEMA vault TO huiying_app;
GRANT EXECUTE ON FUNCTION
    vault.seal(text, text[], integer[], text[], uuid[], bytea[], bytea[]), vault.mark(text[], text[], bytea[]),
    vault.inventory(text[]), vault.find(text, bytea), vault.tokens(text), vault.share(text, text, text[]),
    vault.open(text, integer, text), vault.erase(text)
TO huiying_app;

RESET ROLE;
