//! What is told of time that comes later.

crate::problems! {
    /// What is told of time that comes later.
    pub enum TimeError {
        /// Bundles wait for their token; told, and no defect.
        Waiting { bundles: usize } = "CH-E167", Finding,
            "{bundles} bundles or exports were sealed while the timestamp authority was absent and wait for their token" => "run `chancery evidence timestamp` when it is there",
            "{bundles} 个证据包或导出封存时时间戳机构不可达，时间戳待补" => "请待机构恢复后运行 `chancery evidence timestamp`";
        /// The export has no token of its own.
        NoToken = "CH-E186", Input,
            "no token came later for an export of that number" => "an export that was stamped when it was made needs none; else run `chancery evidence timestamp`",
            "没有为该编号的导出补盖的时间戳" => "导出时已盖时间戳的无需补盖；否则请运行 `chancery evidence timestamp`";
        /// Without an outside authority nothing can be stamped later.
        OwnAuthority = "CH-E168", Refusal,
            "no timestamp authority is set in office.toml" => "set `timestamp.url` and `timestamp.anchor`",
            "office.toml 未设置时间戳机构" => "请设置 `timestamp.url` 与 `timestamp.anchor`";
        /// A record that does not hold is not renewed.
        NotRenewed { bundle: String, why: String } = "CH-E185", Finding,
            "the evidence record of bundle `{bundle}` does not hold and was not renewed: {why}" => "find out why; a renewal proves nothing about a record that was broken before",
            "证据包 `{bundle}` 的证据记录不成立，未予续证：{why}" => "请查明原因；对已失效的证据记录续证没有证明力";
    }
}
