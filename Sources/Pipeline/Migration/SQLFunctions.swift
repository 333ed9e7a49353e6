/// What is known of functions that PostgreSQL brings along.
enum SQLFunctions {
    /// They give the same for all rows of one statement.
    static let steady: Set<String> = [
        "now", "transaction_timestamp", "statement_timestamp", "lower", "upper", "to_timestamp", "to_date", "to_char",
        "make_date", "make_interval", "make_timestamp", "coalesce", "nullif", "md5", "date_trunc", "timezone", "concat",
        "jsonb_build_object", "jsonb_build_array", "json_build_object", "json_build_array", "to_jsonb", "to_json",
        "jsonb_object", "json_object", "decode", "encode", "length", "substring", "trim", "btrim", "replace",
        "greatest",
        "least", "round", "floor", "ceil", "abs", "cast", "extract", "date_part", "int4range", "int8range", "numrange",
        "tsrange", "tstzrange", "daterange", "array_to_string", "string_to_array", "current_setting", "age", "point",
        "current_timestamp", "current_time", "localtime", "localtimestamp", "to_tsvector", "hashtext", "left", "right",
        "repeat", "lpad", "rpad", "sha256", "digest", "interval",
    ]
    /// They change nothing that a statement of their own would not be told for.
    static let harmless = steady.union([
        "setval", "nextval", "currval", "lastval", "count", "sum", "avg", "min", "max", "array_agg", "string_agg",
        "jsonb_agg", "json_agg", "bool_and", "bool_or", "every", "row_number", "rank", "dense_rank", "lag", "lead",
        "unnest", "generate_series", "random", "gen_random_uuid", "uuid_generate_v4", "version", "set_config",
        "pg_get_serial_sequence", "to_regclass", "to_regtype", "pg_typeof", "exists", "array_length", "cardinality",
        "jsonb_array_elements", "json_array_elements", "jsonb_each", "row_to_json", "format", "quote_ident",
        "pg_advisory_lock", "pg_advisory_unlock", "pg_advisory_xact_lock", "pg_sleep", "clock_timestamp", "mod",
        "power",
        "split_part", "regexp_replace", "regexp_matches", "position", "strpos", "overlay", "initcap", "reverse", "chr",
    ])
    /// What stands before a parenthesis without being called.
    static let words: Set<String> = [
        "in", "values", "and", "or", "not", "as", "on", "using", "any", "all", "some", "exists", "over", "from", "by",
        "select", "where", "when", "then", "else", "case", "between", "like", "ilike", "is", "array", "row", "with",
        "join", "union", "except", "intersect", "filter", "within", "group", "returning", "set", "distinct", "having",
        "limit", "offset", "numeric", "decimal", "varchar", "char", "character", "bit", "varying", "timestamp", "time",
        "timestamptz", "timetz", "float", "dec", "bpchar", "varbit", "lateral", "materialized", "order", "into",
        "conflict", "only", "sets", "cube", "rollup", "interval", "default", "key", "references", "check", "unique",
        "include", "precision", "return", "if", "nchar", "similar", "to", "escape", "isnull", "notnull", "window",
        "partition", "collate", "of", "symmetric", "asymmetric", "ordinality", "cross", "inner", "left", "right",
        "full",
        "outer", "natural", "for", "fetch", "first", "next", "rows", "tables",
    ]
}

extension SQLCursor {
    /// The first function that is called in the rest and that is none of those.
    func calls(besides known: Set<String>) -> String? {
        var index = at
        while index < end - 1 {
            defer { index += 1 }
            let next = tokens[index + 1]
            guard next.kind == .sign, text[Int(next.start)] == UInt8(ascii: "(") else { continue }
            let token = tokens[index]
            guard token.kind == .word || token.kind == .quotedName else { continue }
            let before = SQLCursor(self, at..<index + 1)
            let distance = index - at - 1
            // A name for what was selected, or a type.
            if before.word(distance) == "as" || before.isSign(")", distance) || before.isSign(":", distance) {
                continue
            }
            let isQualified = before.isSign(".", distance)
            let word = token.kind == .word ? text.word(token) : String(decoding: text.unquoted(token), as: UTF8.self)
            if !isQualified, token.kind == .word, SQLFunctions.words.contains(word), !known.contains(word) { continue }
            if !known.contains(word) { return word }
        }
        return nil
    }
}
