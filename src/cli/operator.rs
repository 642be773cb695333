//! `operator add·list·revoke`.

use chancery::{
    office::{
        founding::{Enrolment, NewKey},
        operator::{Operator as Person, Role},
        refused,
    },
    problem::Phrase,
    signing::{SystemRandom, TokenKey},
};
use serde_json::{Value, json};

use super::{
    arguments::Operator,
    context::{Context, UsageError},
    report::{Answer, Stopped},
};

/// Runs a verb of `operator`.
pub fn run(context: &Context, verb: Operator) -> Result<Answer, Stopped> {
    match verb {
        Operator::Add {
            id,
            role,
            name,
            new_passphrase_file,
            token_module,
            token,
            token_key,
            years,
        } => {
            let mut office = context.open()?;
            let actor = context.actor(&office)?;
            let roles = role.iter().map(|role| role.parse::<Role>()).collect::<Result<Vec<_>, _>>();
            let roles = roles.map_err(|_| UsageError::Argument {
                name: "--role",
                expected: Phrase(
                    "clerk, agent, approver, archivist, auditor or administrator",
                    "应为 clerk、agent、approver、archivist、auditor 或 administrator",
                ),
            })?;
            let years = u8::try_from(years).ok().filter(|years| (1..=10).contains(years));
            let years = years.ok_or(UsageError::Argument {
                name: "--years",
                expected: Phrase("1 to 10", "应为 1 至 10"),
            })?;
            let mut held = context.credentials(office.paths(), office.settings());
            held.operator_file = new_passphrase_file;
            let ask = |name: &str| context.ask(name);
            let place = token_module.zip(token).map(|(module, token)| TokenKey {
                module,
                token,
                key: token_key.unwrap_or_else(|| id.clone()),
            });
            let secret = match &place {
                None => held.of_operator(&id, &ask)?,
                Some(_) => held.pin_of_operator(&id, &ask)?,
            };
            let key = match &place {
                None => NewKey::File(&secret),
                Some(place) => NewKey::Token(place, &secret),
            };
            enrol(
                context,
                &mut office,
                Enrolment { id: &id, roles: &roles, years },
                name.as_deref(),
                key,
                &actor,
            )?;
            let text = match context.pick("zh", "en") {
                "zh" => format!("已登记操作员 {id}（{}）", names(&roles)),
                _ => format!("operator {id} enrolled ({})", names(&roles)),
            };
            Ok(Answer::done(json!({ "operator": id, "roles": role }), text))
        }
        Operator::List => {
            let office = context.look()?;
            let people: Vec<Value> = office.state().operators.values().map(person_json).collect();
            let text: Vec<String> =
                office.state().operators.values().map(|person| line(context, person)).collect();
            Ok(Answer::done(json!({ "operators": people }), text.join("\n")))
        }
        Operator::Revoke { id } => {
            let mut office = context.open()?;
            let actor = context.actor(&office)?;
            office.revoke(&id, &actor).map_err(|reports| {
                let subject = refused::operator(&office, &id);
                context.refused(&mut office, &actor, "operator.revoke", subject, reports)
            })?;
            context.auto_checkpoint(&mut office);
            let text = match context.pick("zh", "en") {
                "zh" => format!("操作员 {id} 已注销；编号不再启用"),
                _ => format!("operator {id} revoked; the id is never used again"),
            };
            Ok(Answer::done(json!({ "operator": id, "revoked": true }), text))
        }
    }
}

fn enrol(
    context: &Context,
    office: &mut chancery::office::Office,
    enrolment: Enrolment<'_>,
    name: Option<&str>,
    key: NewKey<'_>,
    actor: &chancery::office::actor::Actor,
) -> Result<(), Stopped> {
    let held = context.credentials(office.paths(), office.settings());
    let (id, ask) = (enrolment.id, |name: &str| context.ask(name));
    let done = office.enrol(enrolment, name, key, actor, &held, &ask, &mut SystemRandom);
    done.map_err(|reports| {
        let subject = refused::operator(office, id);
        context.refused(office, actor, "operator.add", subject, reports)
    })?;
    context.auto_checkpoint(office);
    Ok(())
}

fn names(roles: &[Role]) -> String {
    roles.iter().map(|role| role.name()).collect::<Vec<_>>().join(", ")
}

fn person_json(person: &Person) -> Value {
    json!({
        "id": person.id,
        "roles": person.roles.iter().map(|role| role.name()).collect::<Vec<_>>(),
        "certificate": person.certificate.fingerprint().to_string(),
        "enrolled_at": person.enrolled_at.to_rfc3339(),
        "valid_until": person.certificate.not_after().to_rfc3339(),
        "revoked_at": person.revoked_at.map(|at| at.to_rfc3339()),
    })
}

fn line(context: &Context, person: &Person) -> String {
    let roles: Vec<Role> = person.roles.iter().copied().collect();
    let state = match person.revoked_at {
        Some(at) => format!("{} {}", context.pick("已注销", "revoked"), at.format("%Y-%m-%d")),
        None => context.pick("在任", "active").to_owned(),
    };
    format!("{:<16} {:<28} {state}", person.id, names(&roles))
}
