//! What becomes of a letter after it is issued, as a replay of its entries.
//!
//! Owns [`Life`]: issued → dispatched → delivered or returned; replied and answered; void;
//! reprinted; blocked. Nothing of it is stored elsewhere. [`rules`] say what may happen next,
//! [`acts`] registers it. Source: REQUIREMENTS 1 (L205, L349); SPEC "Register".

pub mod act;
pub mod acts;
pub mod answers;
pub mod refusal;
pub mod rules;
pub mod words;

use chrono::{DateTime, FixedOffset, NaiveDate};
use serde_json::{Map, Value};

use crate::{
    digest::Digest,
    office::{journal, state::text},
    register::{Entry, RegisterError, View},
};

/// When something happened, and where it is registered.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Happened {
    /// Entry that tells it.
    pub seq: u64,
    /// When it was registered.
    pub recorded_at: DateTime<FixedOffset>,
    /// When it happened: as reported, else as registered.
    pub at: DateTime<FixedOffset>,
    /// Whether only the day is known.
    pub day_only: bool,
    /// The entry's body.
    pub body: Map<String, Value>,
}

impl Happened {
    fn of(entry: &Entry) -> Self {
        Self {
            seq: entry.seq,
            recorded_at: entry.recorded_at,
            at: entry.occurred_at.unwrap_or(entry.recorded_at),
            day_only: text(&entry.body, "precision") == Some("day"),
            body: entry.body.clone(),
        }
    }

    /// A text member of its entry.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        text(&self.body, name)
    }

    /// The day on which it happened.
    #[must_use]
    pub fn day(&self) -> NaiveDate {
        self.at.date_naive()
    }
}

/// A reply to a letter.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Reply {
    /// Its number, `RE-YEAR-NNNNNN`.
    pub number: String,
    /// What it says; see [`words::ReplyKind`].
    pub kind: String,
    /// When it came.
    pub came: Happened,
    /// Last day to answer it, if the office set one.
    pub answer_due: Option<NaiveDate>,
    /// Last day to report it to the principal, if it has to be.
    pub report_due: Option<NaiveDate>,
    /// The letter that answers it.
    pub answered: Option<Happened>,
    /// The report to the principal.
    pub reported: Option<Happened>,
}

/// Where a letter is on its way.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Status {
    /// Issued, still in the office.
    Issued,
    /// Taken out of its stack; it stays in the office.
    Blocked,
    /// Sent.
    Dispatched,
    /// Received.
    Delivered,
    /// Come back.
    Returned,
    /// Void.
    Voided,
}

impl Status {
    /// All of them, in the order of a life.
    pub const ALL: [Self; 6] = [
        Self::Issued,
        Self::Blocked,
        Self::Dispatched,
        Self::Delivered,
        Self::Returned,
        Self::Voided,
    ];

    /// Stable name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Issued => "issued",
            Self::Blocked => "blocked",
            Self::Dispatched => "dispatched",
            Self::Delivered => "delivered",
            Self::Returned => "returned",
            Self::Voided => "voided",
        }
    }

    /// Chinese label.
    #[must_use]
    pub const fn chinese(self) -> &'static str {
        match self {
            Self::Issued => "已签发",
            Self::Blocked => "已锁定",
            Self::Dispatched => "已发出",
            Self::Delivered => "已送达",
            Self::Returned => "已退回",
            Self::Voided => "已作废",
        }
    }
}

/// The life of one letter.
#[derive(Clone, Debug)]
pub struct Life {
    /// Its number.
    pub number: String,
    /// Its issue.
    pub issued: Happened,
    /// Kind of document.
    pub template: String,
    /// Its principal.
    pub principal: String,
    /// Its case, masked.
    pub case: String,
    /// Channel it was issued for.
    pub channel: String,
    /// Operator who issued it.
    pub clerk: String,
    /// Its record in the archive.
    pub record: Option<Digest>,
    /// Its package in the archive.
    pub package: Option<Digest>,
    /// Its dispatch.
    pub dispatched: Option<Happened>,
    /// Its delivery.
    pub delivered: Option<Happened>,
    /// Its return.
    pub returned: Option<Happened>,
    /// Its end.
    pub voided: Option<Happened>,
    /// That it was pulled out of its stack.
    pub blocked: Option<Happened>,
    /// Replies to it, in the order of their numbers.
    pub replies: Vec<Reply>,
    /// Marked reprints of it.
    pub reprints: Vec<Happened>,
}

impl Life {
    /// The life of letter `number`; nothing if none was issued under it.
    ///
    /// # Errors
    /// Those of the register.
    pub fn of(view: &View<'_>, number: &str) -> Result<Option<Self>, RegisterError> {
        let mut life: Option<Self> = None;
        for found in view.find(None, Some(number)) {
            let found = found?;
            let entry = found.entry();
            match &mut life {
                Some(life) => life.take(entry),
                None if entry.kind == journal::LETTER_ISSUED => {
                    life = Self::begin(view, entry)?;
                }
                None => {}
            }
        }
        Ok(life)
    }

    /// The letter as issued, before anything else happened to it.
    ///
    /// # Errors
    /// Those of the register.
    pub fn begin(view: &View<'_>, issued: &Entry) -> Result<Option<Self>, RegisterError> {
        let Some(prepared) = issued.body.get("prepared").and_then(Value::as_u64) else {
            return Ok(None);
        };
        let Some(prepared) = view.get(prepared)? else { return Ok(None) };
        let body = &prepared.entry().body;
        let of = |name: &str| text(body, name).unwrap_or_default().to_owned();
        let object = |name: &str| text(&issued.body, name).and_then(|text| text.parse().ok());
        Ok(Some(Self {
            number: issued.subject.clone(),
            issued: Happened::of(issued),
            template: of("template"),
            principal: of("principal"),
            case: of("case"),
            channel: of("channel"),
            clerk: issued.operator.clone(),
            record: object("record"),
            package: object("package_object"),
            dispatched: None,
            delivered: None,
            returned: None,
            voided: None,
            blocked: None,
            replies: Vec::new(),
            reprints: Vec::new(),
        }))
    }

    /// Takes in the next entry about the letter.
    pub fn take(&mut self, entry: &Entry) {
        let kind = &entry.kind;
        let happened = || Happened::of(entry);
        if *kind == journal::LETTER_DISPATCHED {
            self.dispatched.get_or_insert_with(happened);
        } else if *kind == journal::LETTER_DELIVERED {
            self.delivered.get_or_insert_with(happened);
        } else if *kind == journal::LETTER_RETURNED {
            self.returned.get_or_insert_with(happened);
        } else if *kind == journal::LETTER_VOIDED {
            self.voided.get_or_insert_with(happened);
        } else if kind.as_str() == BLOCKED {
            self.blocked.get_or_insert_with(happened);
        } else if *kind == journal::LETTER_REPRINTED {
            self.reprints.push(happened());
        } else if *kind == journal::LETTER_REPLIED {
            let of = |name: &str| text(&entry.body, name).unwrap_or_default().to_owned();
            let day = |name: &str| text(&entry.body, name).and_then(|day| day.parse().ok());
            self.replies.push(Reply {
                number: of("reply"),
                kind: of("kind"),
                came: happened(),
                answer_due: day("answer_due"),
                report_due: day("report_due"),
                answered: None,
                reported: None,
            });
        } else if *kind == journal::LETTER_ANSWERED {
            let named = text(&entry.body, "reply");
            let reply = self.replies.iter_mut().find(|reply| Some(reply.number.as_str()) == named);
            let Some(reply) = reply else { return };
            if text(&entry.body, "to") == Some(answers::PRINCIPAL) {
                reply.reported.get_or_insert_with(happened);
            } else {
                reply.answered.get_or_insert_with(happened);
            }
        }
    }

    /// Where it is on its way.
    #[must_use]
    pub const fn status(&self) -> Status {
        self.now().0
    }

    /// What brought it where it is.
    #[must_use]
    pub const fn since(&self) -> &Happened {
        self.now().1
    }

    const fn now(&self) -> (Status, &Happened) {
        match self {
            Self { voided: Some(one), .. } => (Status::Voided, one),
            Self { delivered: Some(one), .. } => (Status::Delivered, one),
            Self { returned: Some(one), .. } => (Status::Returned, one),
            Self { dispatched: Some(one), .. } => (Status::Dispatched, one),
            Self { blocked: Some(one), .. } => (Status::Blocked, one),
            Self { issued, .. } => (Status::Issued, issued),
        }
    }
}

/// Kind of the entry by which a letter is pulled out of a printed stack.
pub const BLOCKED: &str = "letter.blocked";
