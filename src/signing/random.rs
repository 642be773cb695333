//! Where random bytes come from.
//!
//! Randomness is a parameter, so that a test repeats itself and a device may bring its own.

use super::signer::SigningError;

/// A source of random bytes fit for keys, salts and serial numbers.
pub trait Random {
    /// Fills `bytes`.
    ///
    /// # Errors
    /// [`SigningError::Random`] if the source fails; nothing of `bytes` may then be used.
    fn fill(&mut self, bytes: &mut [u8]) -> Result<(), SigningError>;
}

/// The operating system's source.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemRandom;

impl Random for SystemRandom {
    fn fill(&mut self, bytes: &mut [u8]) -> Result<(), SigningError> {
        getrandom::fill(bytes).map_err(|_| SigningError::Random)
    }
}

/// Random bytes as an array.
pub(super) fn array<const N: usize>(random: &mut dyn Random) -> Result<[u8; N], SigningError> {
    let mut bytes = [0; N];
    random.fill(&mut bytes)?;
    Ok(bytes)
}
