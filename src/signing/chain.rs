//! Whether a certificate was good for its purpose at a time, under anchors the reader names.
//!
//! Judges signatures, validity, authority flag, path length, key usage, extended key usage and
//! critical extensions. A pinned certificate (one that is itself an anchor) needs no path.
//! Not judged: revocation (the register records it), name constraints and policies other than
//! by refusing what is critical and unknown. Source: RFC 5280 section 6, RFC 3161 section 2.3.

use chrono::{DateTime, Utc};

use super::{
    certificate::{Certificate, CertificateError},
    oid,
};

crate::problems! {
    /// Why a certificate is not trusted.
    pub enum ChainError {
        /// No path leads to an anchor.
        Untrusted = "CH-K030", Finding,
            "the certificate does not lead to a trusted anchor" => "name the authority's certificate as anchor, after confirming its fingerprint",
            "证书无法追溯到受信任的根证书" => "请核对指纹后将签发机构的证书列为信任锚";
        /// The signature on a certificate of the path is false.
        BadSignature = "CH-K031", Finding,
            "a certificate's own signature is false" => "treat the certificate as forged",
            "证书自身的签名不成立" => "请将该证书视为伪造";
        /// Validity had ended.
        Expired { until: String, at: String } = "CH-K032", Finding,
            "a certificate had ended on {until}, before {at}" => "check the time of signing; a new certificate cannot repair an old signature",
            "证书已于 {until} 到期，早于 {at}" => "请核对签名时间；新证书无法补救旧签名";
        /// Validity had not begun.
        NotYetValid { from: String, at: String } = "CH-K033", Finding,
            "a certificate was not yet valid at {at}: it begins on {from}" => "check the time of signing",
            "证书在 {at} 尚未生效：自 {from} 起有效" => "请核对签名时间";
        /// The issuer is not an authority.
        NotAnAuthority = "CH-K034", Finding,
            "a certificate was issued by one that is no authority" => "treat the certificate as forged",
            "签发者不具备签发机构资格" => "请将该证书视为伪造";
        /// The path is longer than an authority allows, or than is examined at all.
        TooLong = "CH-K035", Finding,
            "the certificate path is longer than allowed" => "have the certificate issued by the authority itself",
            "证书链超过允许长度" => "请由签发机构直接签发证书";
        /// Key usage or extended key usage forbids it.
        WrongPurpose = "CH-K036", Finding,
            "a certificate is not for this purpose" => "use a certificate issued for it",
            "证书用途不符" => "请使用相应用途的证书";
        /// A critical extension is not understood.
        UnknownCritical = "CH-K037", Finding,
            "a certificate has a critical extension that is not understood" => "use a certificate without it",
            "证书含有无法识别的关键扩展" => "请使用不含该扩展的证书";
        /// A certificate came along that is not on the trusted path.
        Stray = "CH-K038", Finding,
            "a certificate came along that is not on the trusted path" => "treat that certificate as altered, or sign again without it",
            "随附的证书不在受信任的证书链上" => "请将该证书视为被改动，或去除后重新签名";
    }
}

/// What a certificate is to be good for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Purpose {
    /// Signing documents, evidence, approvals and entries.
    Sign,
    /// Signing timestamps.
    Timestamp,
}

/// Certificates a reader trusts, because he confirmed their fingerprints elsewhere.
#[derive(Clone, Debug, Default)]
pub struct TrustAnchors {
    certificates: Vec<Certificate>,
}

impl TrustAnchors {
    /// Anchors of `certificates`.
    pub fn new(certificates: impl IntoIterator<Item = Certificate>) -> Self {
        Self { certificates: certificates.into_iter().collect() }
    }

    /// Reads one or more PEM certificates, in any text around them.
    ///
    /// # Errors
    /// [`CertificateError::NotACertificate`] if there is none, or one that cannot be read.
    pub fn from_pem(text: &str) -> Result<Self, CertificateError> {
        const BEGIN: &str = "-----BEGIN CERTIFICATE-----";
        const END: &str = "-----END CERTIFICATE-----";
        let mut certificates = Vec::new();
        let mut rest = text;
        while let Some((_, after)) = rest.split_once(BEGIN) {
            let (body, following) =
                after.split_once(END).ok_or(CertificateError::NotACertificate)?;
            certificates.push(Certificate::from_pem(&format!("{BEGIN}{body}{END}\n"))?);
            rest = following;
        }
        if certificates.is_empty() {
            return Err(CertificateError::NotACertificate);
        }
        Ok(Self { certificates })
    }

    /// Adds an anchor.
    pub fn add(&mut self, certificate: Certificate) {
        self.certificates.push(certificate);
    }

    /// The anchors.
    #[must_use]
    pub fn certificates(&self) -> &[Certificate] {
        &self.certificates
    }
}

/// Most certificates examined in one path, and most examined at all.
const MAX_DEPTH: usize = 8;
const MAX_STEPS: usize = 64;

/// Judges `leaf` for `purpose` at the time `at`; answers the path from the leaf to the anchor.
///
/// # Errors
/// [`ChainError`]: the failure of the path that came furthest.
pub fn verify_chain(
    leaf: &Certificate,
    intermediates: &[Certificate],
    anchors: &TrustAnchors,
    at: DateTime<Utc>,
    purpose: Purpose,
) -> Result<Vec<Certificate>, ChainError> {
    check_leaf(leaf, at, purpose)?;
    let mut search = Search { intermediates, anchors, at, steps: 0, failure: None };
    let mut path = vec![leaf.clone()];
    if search.extend(&mut path) {
        Ok(path)
    } else {
        Err(search.failure.unwrap_or(ChainError::Untrusted))
    }
}

struct Search<'a> {
    intermediates: &'a [Certificate],
    anchors: &'a TrustAnchors,
    at: DateTime<Utc>,
    steps: usize,
    failure: Option<ChainError>,
}

impl Search<'_> {
    /// Lengthens `path` until it ends at an anchor; leaves it as it was if none is reached.
    fn extend(&mut self, path: &mut Vec<Certificate>) -> bool {
        let Some(last) = path.last().cloned() else { return false };
        if self.anchors.certificates.contains(&last) {
            return true;
        }
        let (anchors, intermediates) = (self.anchors, self.intermediates);
        let candidates = anchors
            .certificates
            .iter()
            .chain(intermediates)
            .filter(|candidate| candidate.subject() == last.issuer());
        for candidate in candidates {
            self.steps += 1;
            if path.len() >= MAX_DEPTH || self.steps > MAX_STEPS {
                self.fail(ChainError::TooLong);
                return false;
            }
            if path.contains(candidate) {
                continue;
            }
            match check_issuer(&last, candidate, path, self.at) {
                Ok(()) => {
                    path.push(candidate.clone());
                    if self.extend(path) {
                        return true;
                    }
                    path.pop();
                }
                Err(error) => self.fail(error),
            }
        }
        false
    }

    fn fail(&mut self, error: ChainError) {
        // The first reason found is nearest to the leaf on the likeliest path.
        self.failure.get_or_insert(error);
    }
}

fn check_leaf(leaf: &Certificate, at: DateTime<Utc>, purpose: Purpose) -> Result<(), ChainError> {
    check_validity(leaf, at)?;
    check_critical(leaf)?;
    let signs =
        leaf.key_usage().is_none_or(|usage| usage.digital_signature() || usage.non_repudiation());
    let extended = leaf.extended_key_usage();
    let fits = match purpose {
        // A timestamping key signs timestamps only.
        Purpose::Sign => extended.is_none_or(|(_, usages)| !usages.contains(&oid::TIME_STAMPING)),
        Purpose::Timestamp => extended.is_some_and(|(critical, usages)| {
            critical && usages.as_slice() == [oid::TIME_STAMPING]
        }),
    };
    if signs && fits { Ok(()) } else { Err(ChainError::WrongPurpose) }
}

fn check_issuer(
    subject: &Certificate,
    issuer: &Certificate,
    path: &[Certificate],
    at: DateTime<Utc>,
) -> Result<(), ChainError> {
    if !subject.is_signed_by(issuer) {
        return Err(ChainError::BadSignature);
    }
    let Some((true, length)) = issuer.basic_constraints() else {
        return Err(ChainError::NotAnAuthority);
    };
    if issuer.key_usage().is_some_and(|usage| !usage.key_cert_sign()) {
        return Err(ChainError::WrongPurpose);
    }
    // Self-issued authorities below do not count, nor does the leaf.
    let below = path.iter().skip(1).filter(|below| !below.is_self_issued()).count();
    if length.is_some_and(|length| below > usize::from(length)) {
        return Err(ChainError::TooLong);
    }
    check_critical(issuer)?;
    check_validity(issuer, at)
}

/// Refuses `certificate` outside its validity, naming where that begins or ends.
pub(super) fn check_validity(
    certificate: &Certificate,
    at: DateTime<Utc>,
) -> Result<(), ChainError> {
    let (from, until) = (certificate.not_before(), certificate.not_after());
    if certificate.is_valid_at(at) {
        Ok(())
    } else if at < from {
        Err(ChainError::NotYetValid { from: from.to_rfc3339(), at: at.to_rfc3339() })
    } else {
        Err(ChainError::Expired { until: until.to_rfc3339(), at: at.to_rfc3339() })
    }
}

/// Refuses critical extensions that are unknown, known ones given twice, and unreadable ones.
fn check_critical(certificate: &Certificate) -> Result<(), ChainError> {
    let Some(extensions) = certificate.parsed().tbs_certificate().extensions() else {
        return Ok(());
    };
    for (position, extension) in extensions.iter().enumerate() {
        let readable = match extension.extn_id {
            oid::BASIC_CONSTRAINTS => certificate.basic_constraints().is_some(),
            oid::KEY_USAGE => certificate.key_usage().is_some(),
            oid::EXTENDED_KEY_USAGE => certificate.extended_key_usage().is_some(),
            oid::CERTIFICATE_POLICIES => true,
            _ => !extension.critical,
        };
        let repeated =
            extensions.iter().skip(position + 1).any(|other| other.extn_id == extension.extn_id);
        if !readable || repeated {
            return Err(ChainError::UnknownCritical);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
