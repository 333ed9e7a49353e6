extension MigrationRule {
    /// What happens, and what to do instead.
    public var text: String {
        switch self {
        case .dropTable: "the running version still reads it: stop using it in one release, drop it in the next"
        case .dropColumn: "the running version still names it: stop using it in one release, drop it in the next"
        case .renameTable, .renameColumn, .renameObject:
            "one of two versions knows only the other name: add the new one, write both, drop the old one later"
        case .setSchema: "the running version looks for it in the old schema: treat it as a new name"
        case .alterType:
            "the running version writes and reads the old type, and the table is rewritten: add a new column"
        case .tightenVarchar: "texts that the running version writes may be too long: check lengths one release earlier"
        case .setNotNull: "the running version may write NULL: write a value in all cases one release earlier"
        case .addNotNullNoDefault: "the running version does not name the column when it inserts: give it a default"
        case .dropDefault: "the running version relies on the default when it inserts: drop it one release later"
        case .generatedAlways: "the running version may write values of its own, which are refused: use BY DEFAULT"
        case .addCheck, .addExclude: "rows that the running version writes may be refused, validated or not"
        case .addUnique, .addPrimaryKey, .uniqueIndex: "rows that the running version writes twice are refused"
        case .addForeignKey: "the running version may insert and delete in an order that is refused now"
        case .dropFunction: "the running version still calls it: drop it one release later"
        case .changeSignature: "the running version calls it with other arguments: add it beside the old one"
        case .dropView: "the running version still reads it: drop it one release later"
        case .replaceViewColumns: "the running version may read columns that are no more: only append columns"
        case .dropType: "columns and functions of the running version use it: drop it one release later"
        case .enumRename, .enumValueDrop:
            "the running version still writes the old value: add a value, move over, then remove"
        case .compositeAttribute: "the running version reads and writes values of the old shape"
        case .dropSequence: "the running version still draws numbers from it: drop it one release later"
        case .dropExtension, .dropSchema, .dropObject:
            "the running version still uses what is in it: drop it one release later"
        case .cascade: "it takes with it whatever depends on it, which nobody here can list: name what is to go"
        case .revoke, .changeOwner:
            "the running version may lose rights that it uses: grant first, revoke one release later"
        case .enableRowSecurity: "rows that the running version reads vanish unless a policy shows them"
        case .detachPartition: "rows vanish from the table that the running version reads"
        case .dataThenDrop: "data is moved and its source dropped at once: what is written in between is lost; split it"
        case .changeDefault: "rows of the running version get another value than it expects"
        case .replaceFunctionBody, .alterFunction: "the running version calls it and gets what the new one does"
        case .addTrigger, .toggleTrigger, .changeRule: "writes of the running version get other effects"
        case .dropTrigger: "writes of the running version lose an effect"
        case .changePolicy: "the running version may see other rows"
        case .enumAddValue: "the running version cannot read the new value: do not write it before it is gone"
        case .dropNotNull: "the running version may read NULL: do not write it before it is gone"
        case .replaceView: "the running version reads it and gets what the new one selects"
        case .dropConstraint: "rows may come in that the running version does not expect, and cannot be kept out again"
        case .alterConstraint: "writes of the running version are checked at another moment"
        case .changeSequence: "numbers that the running version draws may have been given before"
        case .updateExtension, .changeRole: "the running version works with it, and it does not go back by itself"
        case .dropExpression: "the running version relies on the value being computed"
        case .addInheritance: "the running version reads further rows"
        case .repeatableChanged: "it is applied again, over what the running version uses"
        default: furtherText
        }
    }

    private var furtherText: String {
        switch self {
        case .addColumnDefaultVolatile: "each row gets a value of its own: the table is rewritten; fill it in batches"
        case .addStoredGenerated, .addSerial, .addIdentity: "the table is rewritten under a lock: fill it in batches"
        case .indexNotConcurrent: "writes wait until the index is built: CONCURRENTLY, alone in its migration"
        case .dropIndex:
            "queries of the running version may need it, and a lock is taken: CONCURRENTLY, once it is unused"
        case .noLockTimeout: "it waits for a lock, and everybody behind it: SET lock_timeout first"
        case .vacuumFull, .cluster, .rewriteTable: "the table is rewritten, and nobody can use it meanwhile"
        case .reindex, .refreshView: "it is locked while it is rebuilt: CONCURRENTLY"
        case .lockTable: "nobody else gets at it until the migration is done"
        case .attachPartition: "rows are checked under a lock: add a CHECK that says the same first"
        case .truncate, .deleteAll: "all rows are gone, also those the running version needs"
        case .updateAll: "every row is locked and written once more: change it in batches"
        case .concurrentlyInTransaction: "CONCURRENTLY needs a migration of its own, outside of a transaction"
        case .transactionControl: "it ends the transaction of the engine: half a migration may stay"
        case .editedReleased:
            "databases that have it keep what it said, and the engine refuses to go on: write a new one"
        case .whitespaceEdit: "only line ends differ, which the engine does not see"
        case .removedReleased: "the engine misses a migration that databases have: put it back"
        case .renamedReleased: "the engine compares names with what databases have: give it its name back"
        case .duplicateVersion: "two migrations have this version, and the engine refuses both: number one anew"
        case .caseDuplicate: "two names differ in nothing but capitals"
        case .outOfOrder: "databases are beyond this version, and the engine leaves it out: number it anew"
        case .badName: "the engine takes no notice of a file of this name: V1__what_it_does.sql"
        case .wrongFolder: "it is called like a migration and lies where the engine does not look"
        case .foreignSchema: "it uses tables of somebody else, whose migrations have to run first"
        case .badNote: "a comment is addressed to Slipway and cannot be read"
        case .orderCycle: "migrations of services wait for each other: part one of them in two"
        case .codeMigration: "a migration in code: nobody can tell what it does without running it"
        case .dynamicSQL: "it runs a text that is made up when it runs"
        case .functionCall: "it calls a function, which may do anything"
        case .functionWithDDL: "the body of a function changes the schema or runs texts"
        case .unknownStatement: "a statement that is not known"
        case .unknownAction: "a change that is not known"
        case .unparsable: "it cannot be read as SQL"
        case .psqlMeta: "a command to psql, which no engine carries out"
        case .copyFromFile: "rows from a file or a program of the server"
        case .placeholder: "a placeholder stands where it may be replaced by anything"
        case .catalogWrite: "the catalog of the database is written directly"
        case .tooLarge: "it is too large to be looked at"
        case .tooMany: "there is more than is listed"
        case .baseMissing: "the release before is not in this clone: fetch the rest"
        default: ""
        }
    }
}
