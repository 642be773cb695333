//! The only clock. Nothing sets it but the machine; nothing else under `src/` reads it.

use chrono::{DateTime, FixedOffset, NaiveDate, Utc};

use crate::register::Clock;

/// The machine's clock at one fixed offset. China keeps no summer time.
#[derive(Clone, Copy, Debug)]
pub struct SystemClock {
    zone: FixedOffset,
}

impl SystemClock {
    /// The machine's clock shown at `zone`.
    #[must_use]
    pub const fn new(zone: FixedOffset) -> Self {
        Self { zone }
    }

    /// Today's date at the office.
    #[must_use]
    pub fn today(&self) -> NaiveDate {
        self.now().date_naive()
    }
}

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the one home of the clock")]
    fn now(&self) -> DateTime<FixedOffset> {
        Utc::now().with_timezone(&self.zone)
    }
}
