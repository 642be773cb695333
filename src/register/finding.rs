//! What a verification of the register can find.
//!
//! An entry is named by its place. Findings about one entry come first, in their order, so that the
//! first of them names the first bad entry.

crate::problems! {
    /// Something in a register is not as an honest office leaves it.
    pub enum RegisterFinding {
        /// Its bytes are no entry.
        Malformed { seq: u64 } = "CH-L101", Finding,
            "entry {seq} cannot be read as an entry" => "compare it with a backup or an export",
            "第 {seq} 条无法读作登记记录" => "请与备份或导出文件比对";
        /// Its bytes say an entry in another than the one form.
        NotCanonical { seq: u64 } = "CH-L102", Finding,
            "entry {seq} is not in its canonical form" => "compare it with a backup or an export",
            "第 {seq} 条不是规范形式" => "请与备份或导出文件比对";
        /// The next entry was signed over other bytes of this one.
        Altered { seq: u64 } = "CH-L103", Finding,
            "entry {seq} was altered: the next entry was signed over other bytes" => "compare it with a backup or an export",
            "第 {seq} 条已被改动：下一条签署时其内容与现在不同" => "请与备份或导出文件比对";
        /// Places without an entry.
        Missing { first: u64, last: u64 } = "CH-L104", Finding,
            "entries {first} to {last} are missing" => "restore them from a backup",
            "第 {first} 至 {last} 条缺失" => "请从备份恢复";
        /// An entry that says it belongs elsewhere.
        Misplaced { seq: u64, claims: u64 } = "CH-L105", Finding,
            "in place {seq} stands an entry that was registered as {claims}" => "restore the order from a backup",
            "第 {seq} 位上的记录原登记为第 {claims} 条" => "请按备份恢复次序";
        /// The same entry once more.
        Duplicated { seq: u64, of: u64 } = "CH-L106", Finding,
            "in place {seq} stands entry {of} once more" => "compare it with a backup or an export",
            "第 {seq} 位上重复了第 {of} 条" => "请与备份或导出文件比对";
        /// It does not go on from the entry before.
        BrokenChain { seq: u64 } = "CH-L107", Finding,
            "entry {seq} does not follow from the entry before it" => "compare both with a backup or an export",
            "第 {seq} 条与前一条不衔接" => "请将两条与备份或导出文件比对";
        /// It is older than the entry before.
        TimeBackwards { seq: u64 } = "CH-L108", Finding,
            "entry {seq} was registered before the entry before it" => "find out who set the clock back",
            "第 {seq} 条的登记时间早于前一条" => "请查明何人调回了时钟";
        /// It tells of the future.
        OccurredLater { seq: u64 } = "CH-L109", Finding,
            "entry {seq} tells of something later than its registration" => "find out which program wrote it",
            "第 {seq} 条所述事项晚于其登记时间" => "请查明由何程序写入";
        /// The signature is not its operator's over these bytes.
        BadSignature { seq: u64 } = "CH-L110", Finding,
            "entry {seq} does not bear its operator's signature" => "compare it with a backup or an export",
            "第 {seq} 条的操作员签名不成立" => "请与备份或导出文件比对";
        /// Nobody knows the certificate.
        UnknownCertificate { seq: u64 } = "CH-L111", Finding,
            "entry {seq} names a certificate that is not known" => "give the certificates of all operators, past ones too",
            "第 {seq} 条所指证书未知" => "请提供全部操作员（含已离任者）的证书";
        /// The certificate is someone else's.
        WrongOperator { seq: u64 } = "CH-L112", Finding,
            "entry {seq} names an operator whose certificate it does not bear" => "find out who signed it",
            "第 {seq} 条所写操作员与证书不符" => "请查明实际签署人";
        /// The certificate was not valid when it was signed.
        CertificateNotValid { seq: u64 } = "CH-L113", Finding,
            "entry {seq} was signed with a certificate that was not valid then" => "find out how it could be used",
            "第 {seq} 条签署时其证书无效" => "请查明该证书为何仍可使用";
        /// A number given twice.
        NumberTwice { seq: u64, value: u64 } = "CH-L114", Finding,
            "entry {seq} takes the number {value}, which was given before" => "find out which of both documents is genuine",
            "第 {seq} 条占用的编号 {value} 此前已发出" => "请查明两份文书孰真";
        /// Numbers left out.
        NumberSkipped { seq: u64, value: u64 } = "CH-L115", Finding,
            "entry {seq} takes the number {value} and leaves out those before it" => "find out which program wrote it",
            "第 {seq} 条占用编号 {value}，跳过了之前的编号" => "请查明由何程序写入";
        /// A checkpoint was signed before it was there, yet it says it is older.
        BackDated { seq: u64 } = "CH-L116", Finding,
            "entry {seq} is back-dated: a checkpoint signed after its time does not hold it" => "find out who set the clock back",
            "第 {seq} 条被倒填日期：晚于其时间签署的检查点中并无此条" => "请查明何人调回了时钟";
        /// The storage cannot give it.
        Unreadable { seq: u64 } = "CH-L117", Finding,
            "entry {seq} cannot be read from the database" => "check the disk and restore from a backup",
            "无法从数据库读取第 {seq} 条" => "请检查磁盘并从备份恢复";
        /// The index says something else than the entry.
        IndexDiffers { seq: u64 } = "CH-L120", Finding,
            "the index differs from entry {seq}" => "find out why, then rebuild the index",
            "索引与第 {seq} 条不一致" => "请查明原因后重建索引";
        /// The index does not know the entry.
        IndexMissing { seq: u64 } = "CH-L121", Finding,
            "the index lacks entry {seq}" => "find out why, then rebuild the index",
            "索引缺少第 {seq} 条" => "请查明原因后重建索引";
        /// The index knows an entry that is not there.
        IndexExtra { seq: u64 } = "CH-L122", Finding,
            "the index names entry {seq}, which is not there" => "restore the entry from a backup, or rebuild the index",
            "索引中有不存在的第 {seq} 条" => "请从备份恢复该条，或重建索引";
        /// The stored tree holds another hash for it.
        NotInTree { seq: u64 } = "CH-L123", Finding,
            "entry {seq} is not the one the stored tree was built from" => "compare it with a backup or an export",
            "第 {seq} 条并非所存哈希树中的那一条" => "请与备份或导出文件比对";
        /// Stored hashes do not belong together.
        TileDiffers { tier: u32, index: u64 } = "CH-L124", Finding,
            "tile {index} of tier {tier} of the stored tree is wrong" => "restore it from a backup",
            "所存哈希树第 {tier} 层第 {index} 块有误" => "请从备份恢复";
        /// Stored hashes are missing.
        TileMissing { tier: u32, index: u64 } = "CH-L125", Finding,
            "tile {index} of tier {tier} of the stored tree is missing" => "restore it from a backup",
            "所存哈希树第 {tier} 层第 {index} 块缺失" => "请从备份恢复";
        /// The stored right edge is not that of the entries.
        FrontierDiffers = "CH-L126", Finding,
            "the stored right edge of the tree is not that of the entries" => "compare the register with a backup and a checkpoint held outside",
            "所存哈希树右缘与记录不符" => "请将登记库与备份及外部检查点比对";
        /// There are more tiles than entries call for.
        ExtraTiles { count: u64 } = "CH-L127", Finding,
            "the stored tree holds {count} tiles too many" => "compare the register with a backup and a checkpoint held outside",
            "所存哈希树多出 {count} 块" => "请将登记库与备份及外部检查点比对";
        /// A filed note is no checkpoint.
        CheckpointMalformed { place: u64 } = "CH-L130", Finding,
            "filed checkpoint {place} cannot be read" => "compare it with the copies given out",
            "所存第 {place} 个检查点无法读取" => "请与已发出的副本比对";
        /// No known key signed it.
        CheckpointNotGenuine { size: u64 } = "CH-L131", Finding,
            "a checkpoint over {size} entries is not signed by this log's key" => "find out where it comes from",
            "覆盖 {size} 条的检查点并非由本日志密钥签署" => "请查明其来源";
        /// It was signed over other entries.
        RootDiffers { size: u64, signed: String } = "CH-L132", Finding,
            "the first {size} entries are not those the checkpoint of {signed} was signed over" => "compare them with a backup or an export from that time",
            "前 {size} 条与 {signed} 签署的检查点不同" => "请与当时的备份或导出文件比对";
        /// It was signed over more entries than there are.
        Truncated { size: u64, held: u64, signed: String } = "CH-L133", Finding,
            "the checkpoint of {signed} was signed over {size} entries and only {held} are there" => "restore the missing entries from a backup",
            "{signed} 签署的检查点覆盖 {size} 条，现仅存 {held} 条" => "请从备份恢复缺失的记录";
        /// It is filed under another size than its own.
        CheckpointMisfiled { size: u64 } = "CH-L134", Finding,
            "a checkpoint over {size} entries is filed under another size" => "find out who changed it",
            "覆盖 {size} 条的检查点被归在其他规模之下" => "请查明何人改动";
        /// A row that stands for nothing.
        ForeignRow { table: &'static str } = "CH-L140", Finding,
            "table `{table}` of the register holds a foreign row" => "find out who wrote it",
            "登记库表 `{table}` 中有外来的行" => "请查明由何人写入";
        /// A table, index or trigger is not as it was laid.
        SchemaChanged { object: String } = "CH-L141", Finding,
            "`{object}` of the register's schema was changed, added or removed" => "find out who changed it; the triggers keep entries from being changed by mistake",
            "登记库结构中的 `{object}` 被改动、添加或移除" => "请查明何人改动；触发器用于防止误改记录";
        /// The file's structure is broken.
        Structure = "CH-L142", Finding,
            "the register's file is corrupt" => "check the disk and restore from a backup",
            "登记库文件已损坏" => "请检查磁盘并从备份恢复";
        /// Nothing is there at all.
        Empty = "CH-L143", Finding,
            "the register holds no entry" => "restore it from a backup",
            "登记库没有任何记录" => "请从备份恢复";
    }
}

impl RegisterFinding {
    /// Place of the entry it is about, the first if there are several.
    #[must_use]
    pub const fn seq(&self) -> Option<u64> {
        match self {
            Self::Malformed { seq }
            | Self::NotCanonical { seq }
            | Self::Altered { seq }
            | Self::Missing { first: seq, .. }
            | Self::Misplaced { seq, .. }
            | Self::Duplicated { seq, .. }
            | Self::BrokenChain { seq }
            | Self::TimeBackwards { seq }
            | Self::OccurredLater { seq }
            | Self::BadSignature { seq }
            | Self::UnknownCertificate { seq }
            | Self::WrongOperator { seq }
            | Self::CertificateNotValid { seq }
            | Self::NumberTwice { seq, .. }
            | Self::NumberSkipped { seq, .. }
            | Self::BackDated { seq }
            | Self::Unreadable { seq }
            | Self::IndexDiffers { seq }
            | Self::IndexMissing { seq }
            | Self::IndexExtra { seq }
            | Self::NotInTree { seq } => Some(*seq),
            _ => None,
        }
    }
}
