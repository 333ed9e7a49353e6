/// What a database holds besides rows, as its catalog says it.
public struct CatalogPicture: Equatable, Sendable {
    enum Kind: String, Sendable {
        case schema, table, view, column, constraint, index, sequence, function, type, trigger
    }

    struct Name: Hashable, Sendable {
        let kind: Kind
        /// Without the schema that is meant anyway.
        let text: String

        var description: String { "\(kind.rawValue) \(text)" }
    }

    struct Item: Equatable, Sendable {
        /// What it is a part of; nil for what stands for itself.
        let table: String?
        /// What is known of it; which, depends on the kind.
        let facts: [String]

        func fact(_ index: Int) -> String { facts.indices.contains(index) ? facts[index] : "" }
    }

    private(set) var items: [Name: Item] = [:]

    /// Takes what a database answers to `query`: a list of JSON on each line.
    public init(_ answer: [UInt8], home: String?) throws(JSONError) {
        let home = home ?? "public"
        for line in answer.split(separator: UInt8(ascii: "\n")) {
            let texts = try JSON(parsing: Array(line), profile: .lenient).array?.map { $0.string ?? "" } ?? []
            guard texts.count >= 4, let kind = Kind(rawValue: texts[0]) else {
                throw JSONError(place: "catalog", problem: "is not what was asked for")
            }
            func place(_ name: String) -> String { texts[1] == home || texts[1].isEmpty ? name : "\(texts[1]).\(name)" }
            let table = texts[2].isEmpty ? nil : place(texts[2])
            // The index of a table has a name of its own; what else belongs to a table is called behind it.
            let isInner = table != nil && kind != .index
            let text = isInner ? place("\(texts[2]).\(texts[3])") : place(texts[3])
            items[Name(kind: kind, text: text)] = Item(table: table, facts: Array(texts.dropFirst(4)))
        }
    }

    /// What is asked of a database; what extensions brought is theirs.
    ///
    /// Each row: kind, schema, table or nothing, name, and what is known.
    public static let query = """
        WITH space AS (
          SELECT oid, nspname FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'),
        lent AS (SELECT classid, objid FROM pg_depend WHERE deptype = 'e'),
        rel AS (
          SELECT c.oid, s.nspname, c.relname, c.relkind, c.relrowsecurity FROM pg_class c JOIN space s ON s.oid = c.relnamespace
          WHERE NOT EXISTS (SELECT FROM lent WHERE classid = 'pg_class'::regclass AND objid = c.oid)),
        tab AS (SELECT * FROM rel WHERE relkind IN ('r', 'p', 'f'))
        SELECT json_build_array('schema', '', '', nspname) FROM space
        UNION ALL SELECT json_build_array('table', nspname, '', relname, relrowsecurity::text) FROM tab
        UNION ALL SELECT json_build_array('view', nspname, '', relname, md5(pg_get_viewdef(oid)))
          FROM rel WHERE relkind IN ('v', 'm')
        UNION ALL SELECT json_build_array('column', r.nspname, r.relname, a.attname, format_type(a.atttypid, a.atttypmod),
            CASE WHEN a.attnotnull THEN 'NOT NULL' ELSE '' END, coalesce(pg_get_expr(d.adbin, d.adrelid), ''),
            CASE WHEN a.attidentity::text <> '' THEN 'identity ' || a.attidentity::text
              WHEN a.attgenerated::text <> '' THEN 'generated' ELSE '' END)
          FROM rel r JOIN pg_attribute a ON a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped
          LEFT JOIN pg_attrdef d ON d.adrelid = r.oid AND d.adnum = a.attnum WHERE r.relkind IN ('r', 'p', 'f', 'v', 'm')
        UNION ALL SELECT json_build_array('constraint', t.nspname, t.relname, c.conname, c.contype::text,
            pg_get_constraintdef(c.oid), (SELECT string_agg(a.attname, ',' ORDER BY a.attnum) FROM pg_attribute a
              WHERE a.attrelid = t.oid AND a.attnum = ANY (c.conkey)))
          FROM pg_constraint c JOIN tab t ON t.oid = c.conrelid WHERE c.contype IN ('c', 'f', 'p', 'u', 'x')
        UNION ALL SELECT json_build_array('index', t.nspname, t.relname, n.relname,
            CASE WHEN i.indisunique THEN 'unique' ELSE '' END, pg_get_indexdef(i.indexrelid),
            CASE WHEN i.indexprs IS NULL THEN (SELECT string_agg(a.attname, ',' ORDER BY a.attnum) FROM pg_attribute a
              WHERE a.attrelid = t.oid AND a.attnum = ANY (i.indkey::int2[])) ELSE '' END)
          FROM pg_index i JOIN rel t ON t.oid = i.indrelid JOIN pg_class n ON n.oid = i.indexrelid
          WHERE NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = i.indexrelid AND c.contype IN ('p', 'u', 'x'))
        UNION ALL SELECT json_build_array('sequence', nspname, '', relname) FROM rel WHERE relkind = 'S' AND NOT EXISTS (
            SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = rel.oid AND d.refobjsubid > 0
              AND d.deptype IN ('a', 'i'))
        UNION ALL SELECT json_build_array('function', s.nspname, '',
            p.proname || '(' || pg_get_function_identity_arguments(p.oid) || ')',
            coalesce(pg_get_function_result(p.oid), ''), md5(coalesce(p.prosrc, '')))
          FROM pg_proc p JOIN space s ON s.oid = p.pronamespace
          WHERE NOT EXISTS (SELECT FROM lent WHERE classid = 'pg_proc'::regclass AND objid = p.oid)
        UNION ALL SELECT json_build_array('type', s.nspname, '', t.typname, t.typtype::text, CASE t.typtype
            WHEN 'e' THEN (SELECT string_agg(e.enumlabel, ', ' ORDER BY e.enumsortorder) FROM pg_enum e
              WHERE e.enumtypid = t.oid)
            WHEN 'd' THEN format_type(t.typbasetype, t.typtypmod) || CASE WHEN t.typnotnull THEN ' NOT NULL' ELSE '' END
              || coalesce((SELECT string_agg(' ' || pg_get_constraintdef(c.oid), '' ORDER BY c.conname)
                FROM pg_constraint c WHERE c.contypid = t.oid), '')
            ELSE (SELECT string_agg(a.attname || ' ' || format_type(a.atttypid, a.atttypmod), ', ' ORDER BY a.attnum)
              FROM pg_attribute a WHERE a.attrelid = t.typrelid AND NOT a.attisdropped) END)
          FROM pg_type t JOIN space s ON s.oid = t.typnamespace
          WHERE (t.typtype IN ('e', 'd') OR t.typtype = 'c' AND EXISTS (
              SELECT FROM pg_class c WHERE c.oid = t.typrelid AND c.relkind = 'c'))
            AND NOT EXISTS (SELECT FROM lent WHERE classid = 'pg_type'::regclass AND objid = t.oid)
        UNION ALL SELECT json_build_array('trigger', r.nspname, r.relname, g.tgname, pg_get_triggerdef(g.oid))
          FROM pg_trigger g JOIN rel r ON r.oid = g.tgrelid WHERE NOT g.tgisinternal;
        """
}
