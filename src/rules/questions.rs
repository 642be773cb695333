//! The domains and how each reads its input. `None` means that the input has another shape.

use chrono::NaiveDate;
use ed25519_dalek::{Signer, SigningKey};
use hmac::{Hmac, KeyInit, Mac};
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::Sha256;

use super::{
    debt::{self, Balance},
    notices,
    paper::{Envelope, Fold, grid},
};
use crate::{
    case::{
        amount::{AmountError, Fen},
        capitals,
        credit_code::{CreditCode, CreditCodeError},
        date,
    },
    digest::Hasher,
    retention::{RetentionRefusal, disposal, schedule::Schedule, term::Term},
    template::wording_scan,
    visit::{
        frequency::{self, Caps, Contact, Decision},
        hours::{self, ContactHours},
    },
};

type Rule = fn(&Value) -> Option<Value>;

/// All domains.
pub(super) const DOMAINS: &[(&str, Rule)] = &[
    ("capdate", capdate),
    ("contact_hours", contact_hours),
    ("date_display", date_display),
    ("ed25519", ed25519),
    ("effective_collection_interval", effective_collection_interval),
    ("envelope", envelope),
    ("envelope_fit", envelope_fit),
    ("frequency", visit_frequency),
    ("gb32100", gb32100),
    ("gbt9704", gbt9704),
    ("hmac_sha256", hmac_sha256),
    ("overdue_bracket", overdue_bracket),
    ("retention", retention),
    ("rmb", rmb),
    ("sha256", sha256),
    ("small_debt", small_debt),
    ("wording", wording),
];

/// The rule of a domain, with the domain's own name.
pub(super) fn domain(name: &str) -> Option<(&'static str, Rule)> {
    DOMAINS.iter().find(|(known, _)| *known == name).copied()
}

/// Text, or a number as it was written.
fn text(input: &Value) -> Option<String> {
    match input {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

fn error(reason: &str) -> Value {
    json!({ "error": reason })
}

fn shape<'a, T: Deserialize<'a>>(input: &'a Value) -> Option<T> {
    T::deserialize(input).ok()
}

fn amount(input: &Value) -> Option<Result<Fen, Value>> {
    let parsed = text(input)?.parse::<Fen>();
    Some(parsed.map_err(|fault| match fault {
        AmountError::Negative => error("negative"),
        AmountError::Range => error("range"),
        AmountError::Format | AmountError::Short => error("format"),
    }))
}

fn rmb(input: &Value) -> Option<Value> {
    Some(amount(input)?.map_or_else(|error| error, |sum| capitals::rmb(sum).into()))
}

fn small_debt(input: &Value) -> Option<Value> {
    Some(amount(input)?.map_or_else(
        |error| error,
        |sum| match debt::balance(sum) {
            Balance::Settled => json!({ "refuse": "no_outstanding_balance" }),
            Balance::Small => true.into(),
            Balance::Ordinary => false.into(),
        },
    ))
}

fn overdue_bracket(input: &Value) -> Option<Value> {
    let days = u32::try_from(input.as_u64()?).ok()?;
    Some(debt::OverdueBracket::of(days).label().into())
}

fn dated(input: &Value, print: fn(NaiveDate) -> String) -> Option<Value> {
    Some(date::parse(&text(input)?).map_or_else(|_| error("date"), |day| print(day).into()))
}

fn capdate(input: &Value) -> Option<Value> {
    dated(input, capitals::date)
}

fn date_display(input: &Value) -> Option<Value> {
    dated(input, date::display)
}

fn gb32100(input: &Value) -> Option<Value> {
    let code = text(input)?;
    Some(match code.parse::<CreditCode>() {
        Ok(code) => json!({ "valid": true, "check": code.as_str().get(17..) }),
        Err(CreditCodeError::Length) => json!({ "valid": false, "reason": "length" }),
        Err(CreditCodeError::Charset) => json!({ "valid": false, "reason": "charset" }),
        Err(CreditCodeError::CheckDigit { expected }) => {
            json!({ "valid": false, "reason": "check_digit", "expected_check": expected })
        }
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct HoursInput {
    #[serde(alias = "at")]
    time: String,
    #[serde(default, alias = "until", alias = "window_end")]
    end: Option<String>,
}

fn contact_hours(input: &Value) -> Option<Value> {
    let asked = match input {
        Value::String(time) => HoursInput { time: time.clone(), end: None },
        _ => shape(input)?,
    };
    let Ok(time) = hours::parse(&asked.time) else { return Some(error("time")) };
    let hours = match asked.end {
        None => ContactHours::default(),
        Some(end) => match hours::parse(&end).and_then(ContactHours::ending) {
            Ok(hours) => hours,
            Err(_) => return Some(error("end")),
        },
    };
    Some(hours.contain(time).into())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FrequencyInput {
    #[serde(default)]
    hardship: bool,
    #[serde(default, alias = "debtor_initiated", alias = "debtor_called_back", alias = "callback")]
    debtor_requested: bool,
    visitors: Option<u32>,
    visits_today: Option<u32>,
    last_visit_days_ago: Option<u32>,
    #[serde(alias = "effective_calls_today", alias = "connected_today", alias = "answered_today")]
    calls_today: Option<u32>,
    dials_today: Option<u32>,
    last_call_days_ago: Option<u32>,
}

fn visit_frequency(input: &Value) -> Option<Value> {
    let asked: FrequencyInput = shape(input)?;
    let contact = Contact {
        hardship: asked.hardship,
        debtor_requested: asked.debtor_requested,
        visitors: asked.visitors,
        visits_today: asked.visits_today,
        last_visit_days_ago: asked.last_visit_days_ago,
        calls_today: asked.calls_today,
        dials_today: asked.dials_today,
        last_call_days_ago: asked.last_call_days_ago,
    };
    let decision = match frequency::judge(&contact, Caps::default()) {
        Decision::Allow => "allow",
        Decision::AllowLogged(_) => "allow_logged",
        Decision::Refuse(_) => "refuse",
    };
    Some(decision.into())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RetentionInput {
    archived_on: String,
    #[serde(default, alias = "case_closed_on", alias = "closed")]
    closed_on: Option<String>,
    #[serde(default)]
    case_open: bool,
    #[serde(default)]
    years: Option<u32>,
    #[serde(default)]
    as_of: Option<String>,
    #[serde(default, alias = "hold")]
    legal_hold: bool,
}

fn retention(input: &Value) -> Option<Value> {
    let asked: RetentionInput = shape(input)?;
    let term = match asked.years.map_or(Ok(Term::FLOOR), Term::of_years) {
        Ok(term) => term,
        Err(RetentionRefusal::BelowFloor { .. }) => {
            return Some(json!({ "refuse": "below_floor" }));
        }
        Err(_) => return Some(error("years")),
    };
    let day = |text: &str| date::parse(text);
    let (Ok(archived_on), Ok(closed_on), Ok(as_of)) = (
        day(&asked.archived_on),
        asked.closed_on.as_deref().map(day).transpose(),
        asked.as_of.as_deref().map(day).transpose(),
    ) else {
        return Some(error("date"));
    };
    let closed_on = if asked.case_open { None } else { closed_on.or(Some(archived_on)) };
    let schedule = Schedule { archived_on, closed_on, term };
    let Some(today) = as_of else {
        let last = schedule.keeping().ok()?.day();
        let earliest = schedule.earliest_destroy().ok();
        return Some(json!({ "last_day_kept": last, "earliest_destroy": earliest }));
    };
    let hold = || disposal::Hold { id: String::new(), ground: disposal::HoldGround::Litigation };
    let holds: Vec<_> = asked.legal_hold.then(hold).into_iter().collect();
    let plan = disposal::DisposalPlan::new("", schedule, &holds, today);
    Some(json!({ "destroy": if plan.is_ok() { "allow" } else { "refuse" } }))
}

fn effective_collection_interval(input: &Value) -> Option<Value> {
    let days: Vec<String> = shape(input)?;
    let days: Result<Vec<_>, _> = days.iter().map(|day| date::parse(day)).collect();
    Some(days.map_or_else(|_| error("date"), |days| notices::far_enough_apart(&days).into()))
}

fn envelope(input: &Value) -> Option<Value> {
    let Some(envelope) = Envelope::named(input.as_str()?) else { return Some(error("envelope")) };
    let [width, height] = envelope.millimetres();
    Some(json!({ "w_mm": width, "h_mm": height }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FitInput {
    #[serde(rename = "A4_fold")]
    fold: String,
    #[serde(default)]
    clearance_mm: u32,
}

fn envelope_fit(input: &Value) -> Option<Value> {
    let asked: FitInput = shape(input)?;
    let Some(fold) = Fold::named(&asked.fold) else { return Some(error("fold")) };
    let clearance = asked.clearance_mm.saturating_mul(10);
    Some(fold.envelopes(clearance).map(Envelope::name).collect())
}

fn gbt9704(input: &Value) -> Option<Value> {
    let rounded = |pitch: f64| (pitch * 10_000.0).round() / 10_000.0;
    Some(match input.as_str()? {
        "page" => json!({
            "page_mm": grid::PAGE_MM,
            "top": grid::TOP_MM,
            "left": grid::LEFT_MM,
            "type_area": grid::TYPE_AREA_MM,
            "right": grid::RIGHT_MM,
            "bottom": grid::BOTTOM_MM,
        }),
        "grid" => json!({ "lines": grid::LINES, "chars": grid::CHARACTERS }),
        "page_mm" => json!(grid::PAGE_MM),
        "type_area" | "type_area_mm" => json!(grid::TYPE_AREA_MM),
        "top" | "top_mm" => grid::TOP_MM.into(),
        "left" | "left_mm" => grid::LEFT_MM.into(),
        "right" | "right_mm" => grid::RIGHT_MM.into(),
        "bottom" | "bottom_mm" => grid::BOTTOM_MM.into(),
        "lines" | "lines_per_page" => grid::LINES.into(),
        "chars" | "chars_per_line" => grid::CHARACTERS.into(),
        "chars_per_page" => (grid::LINES * grid::CHARACTERS).into(),
        "font_pt" | "font_size_pt" => grid::FONT_PT.into(),
        "char_pitch_mm" => rounded(grid::character_pitch_mm()).into(),
        "line_pitch_mm" => rounded(grid::line_pitch_mm()).into(),
        _ => error("unknown"),
    })
}

fn wording(input: &Value) -> Option<Value> {
    Some(wording_scan::scan(input.as_str()?).verdict().name().into())
}

/// Most bytes a repeated text is hashed for.
const REPEAT_LIMIT: u64 = 64 << 20;

#[derive(Deserialize)]
#[serde(untagged)]
enum Bytes {
    Text(String),
    Repeat { repeat: (String, u64) },
    Hex { hex: String },
}

fn sha256(input: &Value) -> Option<Value> {
    let mut hasher = Hasher::default();
    match shape(input)? {
        Bytes::Text(text) => hasher.update(text.as_bytes()),
        Bytes::Hex { hex } => hasher.update(&hex::decode(hex).ok()?),
        Bytes::Repeat { repeat: (text, times) } => {
            let length = u64::try_from(text.len()).ok()?.checked_mul(times)?;
            if length > REPEAT_LIMIT {
                return Some(error("range"));
            }
            for _ in 0..times {
                hasher.update(text.as_bytes());
            }
        }
    }
    Some(hasher.finish().to_string().into())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct HmacInput {
    key_hex: Option<String>,
    key: Option<String>,
    msg: Option<String>,
    msg_hex: Option<String>,
}

fn hmac_sha256(input: &Value) -> Option<Value> {
    let asked: HmacInput = shape(input)?;
    let key = bytes(asked.key, asked.key_hex)?;
    let message = bytes(asked.msg, asked.msg_hex)?;
    let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(&key).ok()?;
    mac.update(&message);
    Some(hex::encode(mac.finalize().into_bytes()).into())
}

/// Bytes given as text or as hexadecimal digits, not both.
fn bytes(text: Option<String>, digits: Option<String>) -> Option<Vec<u8>> {
    match (text, digits) {
        (Some(text), None) => Some(text.into_bytes()),
        (None, Some(digits)) => hex::decode(digits).ok(),
        _ => None,
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SignInput {
    #[serde(alias = "seed_hex")]
    seed: String,
    msg: Option<String>,
    msg_hex: Option<String>,
    msg_text: Option<String>,
}

/// Key and signature of RFC 8032. `msg` is hexadecimal like `seed`; what cannot be that is text.
fn ed25519(input: &Value) -> Option<Value> {
    let asked: SignInput = shape(input)?;
    let seed: [u8; 32] = hex::decode(asked.seed).ok()?.try_into().ok()?;
    let message = match asked.msg {
        Some(msg) => hex::decode(&msg).unwrap_or_else(|_| msg.into_bytes()),
        None => bytes(asked.msg_text, asked.msg_hex)?,
    };
    let key = SigningKey::from_bytes(&seed);
    Some(json!({
        "pk": hex::encode(key.verifying_key().as_bytes()),
        "sig": hex::encode(key.sign(&message).to_bytes()),
    }))
}
