//! Signature and timestamp of a bundle, and whom they are judged by.
//!
//! Owns the part of the check that needs trust: the CAdES signature is judged at the time of the
//! token, the token by the anchors the reader gives. Source: EN 319 122-1, RFC 3161.

use chrono::{DateTime, Utc};

use super::{CLOCKS_APART, Check, Late, found::Parts};
use crate::{
    digest::Digest,
    evidence::{
        asic,
        finding::BundleFinding,
        seal::{SELF_ASSERTED, TIMESTAMP_FIELD},
    },
    signing::{
        Certificate, Purpose, Token, TrustAnchors, VerifiedSignature, verify_chain,
        verify_detached, verify_token,
    },
};

impl Check {
    pub(super) fn signatures(&mut self, parts: &Parts, anchors: &TrustAnchors) {
        let stamp = self.timestamp(parts, anchors);
        self.signed_at(parts, anchors, stamp);
    }

    pub(super) fn signatures_late(
        &mut self,
        parts: &Parts,
        anchors: &TrustAnchors,
        late: Option<Late<'_>>,
    ) {
        let stamp = if let Some(late) = late {
            self.judged(late.token, &late.bundle, anchors)
        } else {
            self.add(asic::TIMESTAMP_PATH, BundleFinding::TimePending);
            None
        };
        self.signed_at(parts, anchors, stamp);
    }

    /// Judges the signature at the time of the stamp, or at its own where none holds.
    pub(super) fn signed_at(
        &mut self,
        parts: &Parts,
        anchors: &TrustAnchors,
        stamp: Option<(DateTime<Utc>, Option<Certificate>)>,
    ) {
        let Some(signature) = self.signature(parts) else { return };
        let at = match &stamp {
            Some((time, _)) => *time,
            None => signature.signing_time(),
        };
        if signature.signing_time() > at + CLOCKS_APART {
            self.add(asic::SIGNATURE_PATH, BundleFinding::SignedLater);
        }
        let path = verify_chain(
            signature.certificate(),
            signature.intermediates(),
            anchors,
            at,
            Purpose::Sign,
        );
        match path {
            Ok(path) => {
                self.facts.signer_trusted = true;
                let claimed = self.facts.info.get(TIMESTAMP_FIELD) == Some(SELF_ASSERTED);
                self.facts.self_asserted = stamp.map(|(_, anchor)| {
                    let own = anchor.is_some() && anchor.as_ref() == path.last();
                    if own && !claimed {
                        self.add(asic::TIMESTAMP_PATH, BundleFinding::TimeClaim);
                    }
                    own || claimed
                });
            }
            Err(error) => self.add(asic::SIGNATURE_PATH, error),
        }
    }

    pub(super) fn signature(&mut self, parts: &Parts) -> Option<VerifiedSignature> {
        let (p7s, signed) =
            (parts.text(asic::SIGNATURE_PATH)?, parts.digests.get(asic::SIGNED_PATH)?);
        match verify_detached(p7s, signed) {
            Ok(signature) => {
                self.facts.signer = Some(signature.certificate().clone());
                self.facts.signing_time = Some(signature.signing_time());
                Some(signature)
            }
            Err(error) => {
                self.add(asic::SIGNATURE_PATH, error);
                None
            }
        }
    }

    /// The timestamp's time and the anchor of its authority, if it holds.
    pub(super) fn timestamp(
        &mut self,
        parts: &Parts,
        anchors: &TrustAnchors,
    ) -> Option<(DateTime<Utc>, Option<Certificate>)> {
        let (bytes, stamped) =
            (parts.text(asic::TIMESTAMP_PATH)?, parts.digests.get(asic::STAMPED_PATH)?);
        self.judged(bytes, stamped, anchors)
    }

    pub(super) fn judged(
        &mut self,
        bytes: &[u8],
        stamped: &Digest,
        anchors: &TrustAnchors,
    ) -> Option<(DateTime<Utc>, Option<Certificate>)> {
        let judged = Token::parse(bytes).and_then(|token| {
            if token.as_der() != bytes {
                self.add(asic::TIMESTAMP_PATH, BundleFinding::TokenForm);
            }
            verify_token(&token, stamped, anchors, None)
        });
        match judged {
            Ok(stamp) => {
                self.facts.gen_time = Some(stamp.gen_time());
                let path = stamp.path().iter().chain([stamp.authority()]);
                self.facts.stamp_until = path.map(Certificate::not_after).min();
                Some((stamp.gen_time(), stamp.path().last().cloned()))
            }
            Err(error) => {
                self.add(asic::TIMESTAMP_PATH, error);
                None
            }
        }
    }
}
