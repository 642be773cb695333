//! Approval: without it nothing is rendered.
//!
//! Owns the statement that approvers sign, the judgement of the signatures the register holds, and
//! [`ApprovedTemplate`], which only [`Approvals::admit`] makes. A signature's side is told by the
//! authority its certificate chains to, never by what it says of itself.
//! Source: REQUIREMENTS L209, L211 and 5 (6); SPEC decision 1.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use crate::{
    digest::Digest,
    problem::Report,
    signing::{
        cades::{self, VerifiedSignature},
        certificate::Certificate,
        chain::{Purpose, TrustAnchors, verify_chain},
        signer::{Signer, SigningError},
    },
    template::package::Package,
};

/// First words of every statement, so that it can be taken for nothing else.
const TITLE: &str = "chancery template approval v1";
/// Role that an approver's certificate must name, whichever side issued it.
pub const APPROVER: &str = "approver";

crate::problems! {
    /// Why a package is not admitted.
    pub enum ApprovalRefusal {
        /// Nobody approved any version of it for anybody.
        NotApproved { id: String } = "CH-A001", Refusal,
            "template `{id}` is not approved" => "have both approvers sign it with `chancery template approve`",
            "模板 `{id}` 未经核准" => "请由双方核准人用 `chancery template approve` 签署";
        /// Its bytes are not those that were signed.
        Changed { id: String } = "CH-A002", Refusal,
            "template `{id}` is not the one that was approved: a byte of it, of the fonts or of the engine changed" => "restore the approved files, or have the change approved",
            "模板 `{id}` 与核准的不一致：其文件、字体或排版引擎有变动" => "请恢复已核准的文件，或就变动重新核准";
        /// Its approval has ended.
        Expired { id: String, until: NaiveDate } = "CH-A003", Refusal,
            "the approval of template `{id}` ended on {until}" => "have it approved again",
            "模板 `{id}` 的核准已于 {until} 到期" => "请重新核准";
        /// Its approval has not begun.
        NotYet { id: String, from: NaiveDate } = "CH-A004", Refusal,
            "the approval of template `{id}` begins on {from}" => "wait until then, or have it approved from today",
            "模板 `{id}` 的核准自 {from} 起生效" => "请待生效后使用，或重新核准";
        /// Its approval was taken back.
        Withdrawn { id: String } = "CH-A005", Refusal,
            "the approval of template `{id}` was withdrawn" => "ask the approvers; a new approval is needed",
            "模板 `{id}` 的核准已撤回" => "请联系核准人重新核准";
        /// It is approved for another principal.
        OtherPrincipal { id: String } = "CH-A006", Refusal,
            "template `{id}` is approved for another principal, not for this one" => "have this principal approve it",
            "模板 `{id}` 系为其他委托方核准" => "请由本委托方核准";
        /// The agency's signature is missing.
        AgencyMissing { id: String } = "CH-A007", Refusal,
            "template `{id}` lacks the agency's approval" => "have the agency's approver sign it",
            "模板 `{id}` 缺少本机构核准" => "请由本机构核准人签署";
        /// The principal's signature is missing.
        PrincipalMissing { id: String } = "CH-A008", Refusal,
            "template `{id}` lacks the principal's approval" => "send the principal a request and take in its signature",
            "模板 `{id}` 缺少委托方核准" => "请向委托方发出核准请求并导入其签署";
        /// Both signatures come from one side.
        OneSide { id: String } = "CH-A009", Refusal,
            "both approvals of template `{id}` come from one side" => "one approver of the agency and one of the principal must sign",
            "模板 `{id}` 的两项核准来自同一方" => "须由机构与委托方各一名核准人签署";
        /// The one who issues approved it.
        OwnApproval { id: String } = "CH-A010", Refusal,
            "whoever approved template `{id}` may not issue with it" => "let another operator issue",
            "模板 `{id}` 的核准人不得用其签发" => "请由其他操作员签发";
        /// A signature does not verify.
        BadSignature { id: String } = "CH-A011", Refusal,
            "a signature on template `{id}` does not verify" => "have it signed again; run `chancery audit run`",
            "模板 `{id}` 的一项签名核验不通过" => "请重新签署，并运行 `chancery audit run`";
        /// A statement is not about this template.
        OtherStatement = "CH-A012", Input,
            "the file is no approval of a template" => "give the file that `chancery template approve --sign` wrote",
            "该文件不是模板核准文件" => "请提供由 `chancery template approve --sign` 写出的文件";
        /// The term is not a term.
        Term = "CH-A013", Input,
            "the approval's last day is before its first" => "give --from and --until in order",
            "核准的末日早于首日" => "请按先后给出 --from 与 --until";
        /// It was signed before a withdrawal.
        Replayed { id: String } = "CH-A015", Refusal,
            "this approval of template `{id}` was signed before its withdrawal" => "have the approver look at the template and sign anew",
            "对模板 `{id}` 的这项核准签署于撤回之前" => "请核准人重新审阅并签署";
        /// The operator who signs is no approver.
        NotApprover = "CH-A014", Refusal,
            "the signer is not an approver of either side" => "sign with an approver's certificate",
            "签署人不是任何一方的核准人" => "请使用核准人的证书签署";
    }
}

/// What an approver signs: one package for one principal in one term.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Statement {
    title: String,
    /// Kind of document.
    pub template: String,
    /// Version of it.
    pub version: u32,
    /// Digest of the package with fonts and engine.
    pub package: Digest,
    /// For whose letters.
    pub principal: String,
    /// First day.
    pub valid_from: NaiveDate,
    /// Last day.
    pub valid_until: NaiveDate,
}

impl Statement {
    /// A statement about `package` as it is with `fonts` and `engine`.
    ///
    /// # Errors
    /// [`ApprovalRefusal::Term`] if the last day is before the first.
    pub fn new(
        package: &Package,
        fonts: &Digest,
        engine: &str,
        principal: &str,
        term: (NaiveDate, NaiveDate),
    ) -> Result<Self, ApprovalRefusal> {
        if term.1 < term.0 {
            return Err(ApprovalRefusal::Term);
        }
        Ok(Self {
            title: TITLE.to_owned(),
            template: package.metadata().id.clone(),
            version: package.metadata().version,
            package: package.digest(fonts, engine),
            principal: principal.to_owned(),
            valid_from: term.0,
            valid_until: term.1,
        })
    }

    /// Signs it.
    ///
    /// # Errors
    /// As [`cades::sign_detached`].
    pub fn sign(
        &self,
        signer: &dyn Signer,
        chain: &[Certificate],
        at: DateTime<Utc>,
    ) -> Result<SignedStatement, SigningError> {
        let signature = cades::sign_detached(&Digest::of(self.bytes()), signer, chain, at)?;
        Ok(SignedStatement { statement: self.clone(), signature })
    }

    fn bytes(&self) -> Vec<u8> {
        serde_json_canonicalizer::to_vec(self).unwrap_or_default()
    }
}

/// A statement with one approver's CAdES signature over its canonical JSON.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct SignedStatement {
    /// What was signed.
    pub statement: Statement,
    /// Detached CAdES-BES, DER, written as base64.
    #[serde(with = "base64_bytes")]
    pub signature: Vec<u8>,
}

/// Which side an approver is of.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Side {
    /// The agency's.
    Agency,
    /// The principal's.
    Principal,
}

/// An approval whose signature was judged.
#[derive(Clone, Debug)]
pub struct Approval {
    /// What was signed.
    pub statement: Statement,
    /// Whose side, if the signature verifies.
    pub side: Option<Side>,
    /// Certificate that signed, if the signature verifies.
    pub approver: Option<Certificate>,
    /// Place in the register.
    pub seq: u64,
    /// Whether it was taken back later.
    pub withdrawn: bool,
    /// When it was signed, as the signer says, if the signature verifies.
    signed_at: Option<DateTime<Utc>>,
    /// Digest of the signature, by which a second coming is known.
    signature: Digest,
}

impl Approval {
    /// Judges `signed` against the authorities of both sides, at the time it was registered.
    #[must_use]
    pub fn judge(
        signed: &SignedStatement,
        agency: &TrustAnchors,
        principal: Option<&TrustAnchors>,
        registered_at: DateTime<Utc>,
        seq: u64,
    ) -> Self {
        let verified = (signed.statement.title == TITLE)
            .then(|| {
                cades::verify_detached(&signed.signature, &Digest::of(signed.statement.bytes()))
            })
            .and_then(Result::ok);
        let chains = |anchors: &TrustAnchors| {
            verified.as_ref().is_some_and(|signature| {
                verify_chain(
                    signature.certificate(),
                    signature.intermediates(),
                    anchors,
                    registered_at,
                    Purpose::Sign,
                )
                .is_ok()
                    && signature.certificate().roles().iter().any(|role| role == APPROVER)
            })
        };
        let side = if chains(agency) {
            Some(Side::Agency)
        } else if principal.is_some_and(chains) {
            Some(Side::Principal)
        } else {
            None
        };
        let verified = side.and(verified);
        Self {
            statement: signed.statement.clone(),
            side,
            signed_at: verified.as_ref().map(VerifiedSignature::signing_time),
            approver: verified.map(|signature| signature.certificate().clone()),
            seq,
            withdrawn: false,
            signature: Digest::of(&signed.signature),
        }
    }
}

/// A template whose bytes equal what both approvers signed. Only [`Approvals::admit`] makes one.
#[derive(Clone, Debug)]
pub struct ApprovedTemplate {
    package: Package,
    digest: Digest,
    approvals: [u64; 2],
}

impl ApprovedTemplate {
    /// The package.
    #[must_use]
    pub const fn package(&self) -> &Package {
        &self.package
    }

    /// Digest that was signed.
    #[must_use]
    pub const fn digest(&self) -> Digest {
        self.digest
    }

    /// Register entries of the two approvals.
    #[must_use]
    pub const fn approvals(&self) -> [u64; 2] {
        self.approvals
    }
}

/// Every approval the register holds.
#[derive(Clone, Debug, Default)]
pub struct Approvals {
    all: Vec<Approval>,
    withdrawals: Vec<Withdrawal>,
}

/// A withdrawal: what was signed before it never stands again.
#[derive(Clone, Debug)]
struct Withdrawal {
    template: String,
    principal: String,
    at: DateTime<Utc>,
}

impl Withdrawal {
    fn covers(&self, statement: &Statement) -> bool {
        self.template == statement.template && self.principal == statement.principal
    }
}

impl Approvals {
    /// Takes in an approval in the order of the register. One that was signed before a withdrawal
    /// counts as withdrawn, however late it comes.
    pub fn add(&mut self, mut approval: Approval) {
        approval.withdrawn = self.is_spent(&approval);
        self.all.push(approval);
    }

    /// Takes back every approval of `template` for `principal` signed until `at`.
    pub fn withdraw(&mut self, template: &str, principal: &str, at: DateTime<Utc>) {
        let (template, principal) = (template.to_owned(), principal.to_owned());
        let withdrawal = Withdrawal { template, principal, at };
        for approval in &mut self.all {
            if withdrawal.covers(&approval.statement) {
                approval.withdrawn = true;
            }
        }
        self.withdrawals.push(withdrawal);
    }

    /// Whether `approval` was signed before a withdrawal, or is one that was withdrawn.
    #[must_use]
    pub fn is_spent(&self, approval: &Approval) -> bool {
        // A signature tells its time to the second.
        let before = |withdrawal: &Withdrawal| {
            approval.signed_at.is_none_or(|at| at.timestamp() < withdrawal.at.timestamp())
        };
        self.withdrawals.iter().any(|one| one.covers(&approval.statement) && before(one))
            || self.all.iter().any(|one| one.withdrawn && one.signature == approval.signature)
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &Approval> {
        self.all.iter()
    }

    /// Admits `package` for letters of `principal` on `day`, issued under `issuer`'s certificate.
    ///
    /// # Errors
    /// The refusal that says which approval it lacks.
    pub fn admit(
        &self,
        package: Package,
        fonts: &Digest,
        engine: &str,
        principal: &str,
        day: NaiveDate,
        issuer: &Digest,
    ) -> Result<ApprovedTemplate, Report> {
        let id = package.metadata().id.clone();
        let digest = package.digest(fonts, engine);
        match self.stand(&id, &digest, principal, day, issuer) {
            Ok(approvals) => Ok(ApprovedTemplate { package, digest, approvals }),
            Err(refusal) => Err(refusal.into()),
        }
    }

    /// The register entries of the two approvals of template `id` with this `digest` that stand
    /// on `day`, for letters issued under `issuer`'s certificate.
    ///
    /// # Errors
    /// The refusal that says which one is lacking.
    pub fn stand(
        &self,
        id: &str,
        digest: &Digest,
        principal: &str,
        day: NaiveDate,
        issuer: &Digest,
    ) -> Result<[u64; 2], ApprovalRefusal> {
        let id = id.to_owned();
        let mut of_template = self.all.iter().filter(|a| a.statement.template == id).peekable();
        if of_template.peek().is_none() {
            return Err(ApprovalRefusal::NotApproved { id });
        }
        let of_bytes: Vec<&Approval> =
            of_template.filter(|a| a.statement.package == *digest).collect();
        if of_bytes.is_empty() {
            return Err(ApprovalRefusal::Changed { id });
        }
        let of_principal: Vec<&Approval> =
            of_bytes.into_iter().filter(|a| a.statement.principal == principal).collect();
        if of_principal.is_empty() {
            return Err(ApprovalRefusal::OtherPrincipal { id });
        }
        let standing: Vec<&Approval> = of_principal.into_iter().filter(|a| !a.withdrawn).collect();
        if standing.is_empty() {
            return Err(ApprovalRefusal::Withdrawn { id });
        }
        let verified: Vec<&Approval> =
            standing.iter().copied().filter(|a| a.side.is_some()).collect();
        if verified.is_empty() {
            return Err(ApprovalRefusal::BadSignature { id });
        }
        let begun: Vec<&Approval> =
            verified.iter().copied().filter(|a| a.statement.valid_from <= day).collect();
        let valid: Vec<&Approval> =
            begun.iter().copied().filter(|a| day <= a.statement.valid_until).collect();
        let last = |side| valid.iter().rfind(|a| a.side == Some(side)).copied();
        let (agency, own) = match (last(Side::Agency), last(Side::Principal)) {
            (Some(agency), Some(own)) => (agency, own),
            (agency, own) => {
                return Err(lacking(id, day, &standing, &verified, &valid, agency, own));
            }
        };
        let key = |a: &Approval| a.approver.as_ref().and_then(|one| one.public_key_der().ok());
        if key(agency) == key(own) {
            return Err(ApprovalRefusal::OneSide { id });
        }
        let by_issuer = |a: &Approval| {
            a.approver.as_ref().is_some_and(|approver| approver.fingerprint() == *issuer)
        };
        if by_issuer(agency) || by_issuer(own) {
            return Err(ApprovalRefusal::OwnApproval { id });
        }
        Ok([agency.seq, own.seq])
    }
}

/// Says what is lacking where no valid pair stands.
fn lacking(
    id: String,
    day: NaiveDate,
    standing: &[&Approval],
    verified: &[&Approval],
    valid: &[&Approval],
    agency: Option<&Approval>,
    own: Option<&Approval>,
) -> ApprovalRefusal {
    let ever = |side| verified.iter().rfind(|a| a.side == Some(side)).copied();
    let missing = if agency.is_none() { Side::Agency } else { Side::Principal };
    if let Some(lapsed) = ever(missing) {
        // It was approved by that side, but not for this day.
        return if lapsed.statement.valid_until < day {
            ApprovalRefusal::Expired { id, until: lapsed.statement.valid_until }
        } else {
            ApprovalRefusal::NotYet { id, from: lapsed.statement.valid_from }
        };
    }
    if standing.len() > verified.len() {
        return ApprovalRefusal::BadSignature { id };
    }
    let approvers: std::collections::BTreeSet<_> =
        valid.iter().filter_map(|a| a.approver.as_ref().map(Certificate::fingerprint)).collect();
    match (agency, own) {
        _ if approvers.len() > 1 => ApprovalRefusal::OneSide { id },
        (None, _) => ApprovalRefusal::AgencyMissing { id },
        (_, _) => ApprovalRefusal::PrincipalMissing { id },
    }
}

mod base64_bytes {
    use base64::{Engine as _, prelude::BASE64_STANDARD};
    use serde::{Deserialize as _, Deserializer, Serializer, de::Error as _};

    pub fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&BASE64_STANDARD.encode(bytes))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
        let text = String::deserialize(deserializer)?;
        BASE64_STANDARD.decode(text).map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests;
