//! `letter list`: the letters of the register, one a line as it is found, and nothing written.

use chancery::{
    figures::month::Month,
    letter::{
        issued,
        life::{Life, Status},
    },
    masking::{Masking, mask_text},
    office::{journal, office_folder::OfficeError},
    problem::Phrase,
};
use serde_json::json;

use super::{
    arguments::Filter,
    context::{Context, UsageError},
    report::{Answer, Stopped},
};

/// Which letters are wanted.
struct Wanted {
    /// As the register has it.
    case: Option<String>,
    principal: Option<String>,
    kind: Option<String>,
    states: Vec<Status>,
    month: Option<Month>,
}

impl Wanted {
    fn read(filter: Filter) -> Result<Self, Stopped> {
        let Filter { case, principal, kind, state, month } = filter;
        let states = state.iter().map(|name| {
            let state = Status::ALL.into_iter().find(|one| one.name() == name);
            let expected = Phrase(
                "issued, blocked, dispatched, delivered, returned or voided",
                "应为 issued、blocked、dispatched、delivered、returned 或 voided",
            );
            state.ok_or(UsageError::Argument { name: "--state", expected })
        });
        let month = month.map(|text| {
            let expected = Phrase("a month such as 2026-11", "应为 2026-11 形式的月份");
            text.parse().map_err(|_| UsageError::Argument { name: "--month", expected })
        });
        Ok(Self {
            // Cases stand in the register as masking leaves them.
            case: case.map(|case| mask_text(&case, &Masking::default()).text),
            principal,
            kind,
            states: states.collect::<Result<_, _>>()?,
            month: month.transpose()?,
        })
    }

    /// Whether a letter is wanted, as far as its issue tells.
    fn admits(&self, life: &Life) -> bool {
        let equals = |wanted: &Option<String>, value: &str| {
            wanted.as_deref().is_none_or(|wanted| wanted == value)
        };
        equals(&self.case, &life.case)
            && equals(&self.principal, &life.principal)
            && equals(&self.kind, &life.template)
            && self.month.is_none_or(|month| month.holds(life.issued.recorded_at))
    }

    fn admits_state(&self, state: Status) -> bool {
        self.states.is_empty() || self.states.contains(&state)
    }
}

/// Lists the letters that `filter` lets pass.
pub fn list(context: &Context, filter: Filter) -> Result<Answer, Stopped> {
    let wanted = Wanted::read(filter)?;
    let office = context.look()?;
    let view = office.view();
    let from = match wanted.month {
        Some(month) => view.first_of(month.first()).map_err(OfficeError::from)?,
        None => 0,
    };
    let mut count = 0_u64;
    for entry in view.find_from(&journal::LETTER_ISSUED, from) {
        let entry = entry.map_err(OfficeError::from)?;
        // Times only grow: after the month there is no other letter of it.
        if wanted.month.is_some_and(|month| Month::of(entry.recorded_at().date_naive()) > month) {
            break;
        }
        let Some(letter) = issued::issued_letter(&entry) else { continue };
        let began = Life::begin(&view, entry.entry()).map_err(OfficeError::from)?;
        let Some(mut life) = began.filter(|life| wanted.admits(life)) else { continue };
        for place in view.places(None, Some(&letter.number), entry.seq().saturating_add(1)) {
            let later = view.get(place.map_err(OfficeError::from)?).map_err(OfficeError::from)?;
            if let Some(later) = later {
                life.take(later.entry());
            }
        }
        if !wanted.admits_state(life.status()) {
            continue;
        }
        count += 1;
        let (status, since) = (life.status(), life.since());
        let (issued_at, since_at) = (&life.issued.recorded_at, &since.at);
        let json = json!({
            "number": letter.number,
            "template": letter.template,
            "principal": life.principal,
            "case": life.case,
            "channel": life.channel,
            "issued_at": issued_at.to_rfc3339(),
            "status": status.name(),
            "status_on": since.day().to_string(),
            "pdf": letter.pdf.to_string(),
            "pages": letter.pages,
            "entry": letter.seq,
        });
        let text = format!(
            "{}  {:<28} {:<16} {}  {}  {} {}",
            letter.number,
            letter.template,
            life.principal,
            life.case,
            issued_at.date_naive(),
            context.pick(status.chinese(), status.name()),
            since_at.date_naive(),
        );
        context.printer.line(&json, &text);
    }
    context.printer.tell(&match context.pick("zh", "en") {
        "zh" => format!("共 {count} 件"),
        _ => format!("{count} letters"),
    });
    Ok(Answer::done(json!({ "letters": count }), String::new()))
}
