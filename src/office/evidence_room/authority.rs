//! Whom evidence of this office is judged by, and who stamps it.

use super::{Reports, RoomError};
use crate::{
    durable,
    office::{
        Office,
        credentials::{Ask, Credentials, Service},
    },
    problem::alone as report,
    signing::{
        TimestampAuthority, TrustAnchors,
        certificate::Certificate,
        timestamp::{HttpAuthority, LocalAuthority},
    },
};

/// Policy of the office's own timestamps: self-asserted time. The arc is the one kept for examples
/// (RFC 5612), so that nobody takes it for a registered policy.
const OWN_POLICY: &str = "1.3.6.1.4.1.32473.1.1";
/// Largest certificate file, in bytes.
const ANCHOR_LIMIT: u64 = 256 * 1024;

impl Office {
    /// Whom evidence of this office is judged by: its own authority, and the outside timestamp
    /// authority if one is set.
    ///
    /// # Errors
    /// [`RoomError`].
    pub fn evidence_anchors(&self) -> Reports<TrustAnchors> {
        let mut anchors = self.state().agency_anchors();
        for certificate in self.timestamp_anchor()?.certificates() {
            anchors.add(certificate.clone());
        }
        Ok(anchors)
    }

    fn timestamp_anchor(&self) -> Reports<TrustAnchors> {
        let Some(file) = &self.settings().timestamp.anchor else {
            return Ok(TrustAnchors::default());
        };
        let path = self.paths().root().join(file);
        let pem = durable::read(&path, ANCHOR_LIMIT)
            .map_err(|source| report(RoomError::File { source }))?;
        TrustAnchors::from_pem(&String::from_utf8_lossy(&pem)).map_err(report)
    }

    pub(in crate::office) fn timestamp_authority(
        &self,
        credentials: &Credentials,
        ask: &Ask<'_>,
    ) -> Reports<Box<dyn TimestampAuthority>> {
        if let Some(url) = &self.settings().timestamp.url {
            let authority = HttpAuthority::new(url.clone(), self.timestamp_anchor()?)
                .map_err(|source| report(RoomError::Authority { source }))?
                .queueing(self.settings().timestamp.queue.unwrap_or(true));
            return Ok(Box::new(authority));
        }
        let credential =
            self.service(Service::TimestampAuthority, credentials, ask).map_err(report)?;
        let chain: Vec<Certificate> = vec![self.state().authority.clone()];
        let authority = LocalAuthority::new(credential, chain, OWN_POLICY)
            .map_err(|source| report(RoomError::Authority { source }))?;
        Ok(Box::new(authority))
    }
}
