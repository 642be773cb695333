//! What is counted in a month, and the counts of it.

/// Counts of entries.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Counts {
    figures: [u64; Figure::ALL.len()],
}

impl Counts {
    /// One figure.
    #[must_use]
    pub fn get(&self, figure: Figure) -> u64 {
        let place = Figure::ALL.iter().position(|known| *known == figure);
        place.and_then(|place| self.figures.get(place)).copied().unwrap_or_default()
    }

    pub(super) fn add(&mut self, figure: Figure) {
        let place = Figure::ALL.iter().position(|known| *known == figure);
        if let Some(count) = place.and_then(|place| self.figures.get_mut(place)) {
            *count = count.saturating_add(1);
        }
    }
}

/// What is counted.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Figure {
    /// `letter.issued`.
    Issued,
    /// `letter.dispatched`.
    Dispatched,
    /// `letter.delivered`.
    Delivered,
    /// `letter.returned`.
    Returned,
    /// `letter.voided`.
    Voided,
    /// `letter.reprinted`.
    Reprinted,
    /// `letter.replied`.
    Replied,
    /// `letter.replied` of the kind `dispute`.
    Disputes,
    /// `letter.replied` of the kind `denial`.
    Denials,
    /// `letter.replied` of the kind `complaint`.
    Complaints,
    /// `letter.answered` to whoever replied.
    Answered,
    /// `letter.refused`.
    Refused,
}

impl Figure {
    /// All figures, in the order of tables.
    pub const ALL: [Self; 12] = [
        Self::Issued,
        Self::Dispatched,
        Self::Delivered,
        Self::Returned,
        Self::Voided,
        Self::Reprinted,
        Self::Replied,
        Self::Disputes,
        Self::Denials,
        Self::Complaints,
        Self::Answered,
        Self::Refused,
    ];

    /// Stable name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Issued => "issued",
            Self::Dispatched => "dispatched",
            Self::Delivered => "delivered",
            Self::Returned => "returned",
            Self::Voided => "voided",
            Self::Reprinted => "reprinted",
            Self::Replied => "replied",
            Self::Disputes => "disputes",
            Self::Denials => "denials",
            Self::Complaints => "complaints",
            Self::Answered => "answered",
            Self::Refused => "refused",
        }
    }

    /// Chinese label.
    #[must_use]
    pub const fn chinese(self) -> &'static str {
        match self {
            Self::Issued => "签发",
            Self::Dispatched => "发出",
            Self::Delivered => "送达",
            Self::Returned => "退回",
            Self::Voided => "作废",
            Self::Reprinted => "补打",
            Self::Replied => "回复",
            Self::Disputes => "异议",
            Self::Denials => "否认",
            Self::Complaints => "投诉",
            Self::Answered => "答复",
            Self::Refused => "拒绝生成",
        }
    }
}
