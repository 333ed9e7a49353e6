/// What can be found in migrations: a stable name each, with the tiers it belongs to.
public enum MigrationRule: String, CaseIterable, Sendable {
    case dropTable = "drop-table"
    case dropColumn = "drop-column"
    case renameTable = "rename-table"
    case renameColumn = "rename-column"
    case renameObject = "rename-object"
    case setSchema = "set-schema"
    case alterType = "alter-type"
    case tightenVarchar = "tighten-varchar"
    case setNotNull = "set-not-null"
    case addNotNullNoDefault = "add-not-null-no-default"
    case dropDefault = "drop-default"
    case generatedAlways = "generated-always"
    case addCheck = "add-check"
    case addUnique = "add-unique"
    case addExclude = "add-exclude"
    case addForeignKey = "add-fk"
    case addPrimaryKey = "add-primary-key"
    case uniqueIndex = "unique-index"
    case dropFunction = "drop-function"
    case changeSignature = "change-signature"
    case dropView = "drop-view"
    case replaceViewColumns = "replace-view-columns"
    case dropType = "drop-type"
    case enumRename = "enum-rename"
    case enumValueDrop = "enum-value-drop"
    case compositeAttribute = "composite-attribute"
    case dropSequence = "drop-sequence"
    case dropExtension = "drop-extension"
    case dropSchema = "drop-schema"
    case dropObject = "drop-object"
    case cascade, revoke
    case changeOwner = "change-owner"
    case enableRowSecurity = "enable-rls"
    case detachPartition = "detach-partition"
    case dataThenDrop = "data-then-drop"

    case changeDefault = "change-default"
    case replaceFunctionBody = "replace-function-body"
    case alterFunction = "alter-function"
    case addTrigger = "add-trigger"
    case dropTrigger = "drop-trigger"
    case toggleTrigger = "toggle-trigger"
    case changeRule = "change-rule"
    case changePolicy = "change-policy"
    case enumAddValue = "enum-add-value"
    case dropNotNull = "drop-not-null"
    case replaceView = "replace-view"
    case dropConstraint = "drop-constraint"
    case alterConstraint = "alter-constraint"
    case changeSequence = "change-sequence"
    case updateExtension = "update-extension"
    case changeRole = "change-role"
    case dropExpression = "drop-expression"
    case addInheritance = "add-inheritance"
    case repeatableChanged = "repeatable-changed"

    case addColumnDefaultVolatile = "add-column-default-volatile"
    case addStoredGenerated = "add-stored-generated"
    case addSerial = "add-serial"
    case addIdentity = "add-identity"
    case indexNotConcurrent = "index-not-concurrent"
    case dropIndex = "drop-index"
    case noLockTimeout = "no-lock-timeout"
    case vacuumFull = "vacuum-full"
    case cluster, reindex
    case refreshView = "refresh-view"
    case lockTable = "lock-table"
    case rewriteTable = "rewrite-table"
    case attachPartition = "attach-partition"

    case truncate
    case deleteAll = "delete-all"
    case updateAll = "update-all"

    case concurrentlyInTransaction = "concurrently-in-txn"
    case transactionControl = "txn-control-in-migration"
    case editedReleased = "edited-released"
    case whitespaceEdit = "whitespace-edit"
    case removedReleased = "removed-released"
    case renamedReleased = "renamed-released"
    case duplicateVersion = "duplicate-version"
    case caseDuplicate = "case-duplicate"
    case outOfOrder = "out-of-order"
    case badName = "bad-name"
    case wrongFolder = "wrong-folder"
    case foreignSchema = "foreign-schema"
    case badNote = "bad-note"
    case orderCycle = "order-cycle"

    case codeMigration = "code-migration"
    case dynamicSQL = "dynamic"
    case functionCall = "function-call"
    case functionWithDDL = "function-ddl"
    case unknownStatement = "unknown-statement"
    case unknownAction = "unknown-action"
    case unparsable
    case psqlMeta = "psql-meta"
    case copyFromFile = "copy-from-file"
    case placeholder
    case catalogWrite = "catalog-write"
    case tooLarge = "too-large"
    case tooMany = "too-many"
    case baseMissing = "base-missing"

    /// The tier it is judged by.
    public var tier: MigrationFinding.Tier {
        switch self {
        case .changeDefault, .replaceFunctionBody, .alterFunction, .addTrigger, .dropTrigger, .toggleTrigger,
            .changeRule,
            .changePolicy, .enumAddValue, .dropNotNull, .replaceView, .dropConstraint, .alterConstraint,
            .changeSequence, .updateExtension, .changeRole, .dropExpression, .addInheritance, .repeatableChanged:
            .rollback
        case .addColumnDefaultVolatile, .addStoredGenerated, .addSerial, .addIdentity, .indexNotConcurrent, .dropIndex,
            .noLockTimeout, .vacuumFull, .cluster, .reindex, .refreshView, .lockTable, .rewriteTable, .attachPartition:
            .lock
        case .truncate, .deleteAll, .updateAll: .data
        case .concurrentlyInTransaction, .transactionControl, .editedReleased, .whitespaceEdit, .removedReleased,
            .renamedReleased, .duplicateVersion, .caseDuplicate, .outOfOrder, .badName, .wrongFolder, .foreignSchema,
            .badNote, .orderCycle:
            .order
        case .codeMigration, .dynamicSQL, .functionCall, .functionWithDDL, .unknownStatement, .unknownAction,
            .unparsable, .psqlMeta, .copyFromFile, .placeholder, .catalogWrite, .tooLarge, .tooMany, .baseMissing:
            .unknown
        default: .coexistence
        }
    }

    /// A second tier, where the statement does not avoid that.
    public var also: MigrationFinding.Tier? {
        switch self {
        case .alterType, .setNotNull, .addCheck, .addUnique, .addExclude, .addForeignKey, .addPrimaryKey, .uniqueIndex:
            .lock
        case .dataThenDrop: .data
        default: nil
        }
    }

    /// Whether it takes something away, or tightens it: what a release does once nothing needs it any more.
    var isContraction: Bool { tier == .coexistence && ![.revoke, .changeOwner, .enableRowSecurity].contains(self) }
}

extension MigrationFinding {
    /// What a rule says of something; the statement it is about as bytes that do not depend on how it is laid out.
    public init(_ rule: MigrationRule, object: String? = nil, statement: [UInt8] = [], hash: HashFunction) {
        let bytes = Array(rule.rawValue.utf8) + [0] + Array((object ?? "").utf8) + [0] + statement
        self.init(rule.rawValue, rule.tier, fingerprint: hash(bytes).short, text: rule.text)
        (also, self.object) = (rule.also, object)
    }
}
