//! Whether the figures and days of one request agree with each other.
//!
//! Owns the arithmetic a rule asks for: parts and total, instalments and total, demand and
//! indemnity, and the order of days and times. It finds; the policy refuses by what is found.
//! Source: REQUIREMENTS 1 (L311, L313); DOCUMENTS 5, 11, 19.

use super::{amount::Fen, request::Request};
use crate::problem::Report;

crate::problems! {
    /// What does not agree within a request.
    pub enum CheckProblem {
        /// The parts are more or less than the total.
        PartsDiffer { difference: String } = "CH-I040", Refusal,
            "the parts of the amount and its total differ by {difference} yuan" => "compare principal, interest and fees with the principal's statement",
            "金额各分项之和与合计相差 {difference} 元" => "请按委托人报表核对本金、利息及费用";
        /// Parts are given and no total.
        NoTotal = "CH-I041", Refusal,
            "parts of the amount are given without `amount_total`" => "give the total as the principal's statement has it",
            "已填金额分项，但缺少 `amount_total`" => "请按委托人报表填写合计";
        /// Instalments are more or less than the total.
        TermsDiffer { difference: String } = "CH-I042", Refusal,
            "the instalments and the total differ by {difference} yuan" => "correct the instalments or the total",
            "分期之和与合计相差 {difference} 元" => "请更正分期或合计";
        /// Instalments are not in the order of their days.
        TermsUnordered { row: usize } = "CH-I043", Refusal,
            "instalment {row} is not due after the one before" => "put the instalments in the order of their days, each on its own day",
            "第 {row} 期的日期不晚于前一期" => "请按日期先后排列，且每期日期不同";
        /// An instalment is nothing.
        EmptyTerm { row: usize } = "CH-I044", Refusal,
            "instalment {row} is zero" => "remove it or enter its amount",
            "第 {row} 期金额为零" => "请删除该期或填写金额";
        /// More is demanded than was paid.
        DemandExceeds = "CH-I045", Refusal,
            "`demand` is more than `indemnity`" => "an insurer's right goes no further than what it paid (Insurance Law 60)",
            "`demand` 高于 `indemnity`" => "代位求偿以赔偿金额为限（保险法第六十条）";
        /// Two days or times stand in the wrong order.
        OutOfOrder { earlier: &'static str, later: &'static str } = "CH-I046", Refusal,
            "`{earlier}` is later than `{later}`" => "correct the one that is wrong",
            "`{earlier}` 晚于 `{later}`" => "请更正其中有误者";
        /// An amount that must be something is nothing.
        ZeroAmount { field: &'static str } = "CH-I047", Refusal,
            "`{field}` is zero" => "no letter asks for nothing; close the case or correct the amount",
            "`{field}` 为零" => "金额为零不得发函，请结案或更正";
        /// The sum is beyond what can be written.
        TooLarge = "CH-I048", Refusal,
            "the amounts add up to more than can be written" => "check the amounts",
            "金额之和超出可表示范围" => "请核对金额";
    }
}

/// Days of which the first may not be after the second.
const ORDER: &[(&str, &str)] = &[
    ("accident_date", "paid_date"),
    ("notice1_date", "notice2_date"),
    ("original_due_date", "due_date"),
    ("as_of_date", "due_date"),
    ("prior_notice_date", "due_date"),
    ("objection_date", "forward_date"),
    ("objection_date", "finding_date"),
    ("promise_date", "due_date"),
    ("promise_date", "as_of_date"),
];

/// Sums that a letter asks for, promises or tells, none of which is nothing.
const NEVER_ZERO: [&str; 7] = [
    "amount_total",
    "demand",
    "indemnity",
    "commit_amount",
    "cap_amount",
    "promise_amount",
    "overdraft_principal",
];

impl Request {
    /// Everything within this request that does not agree, for the policy to refuse by.
    #[must_use]
    pub fn checks(&self) -> Vec<Report> {
        let mut found = Vec::new();
        self.check_parts(&mut found);
        self.check_terms(&mut found);
        self.check_order(&mut found);
        if let (Some(demand), Some(indemnity)) = (self.money("demand"), self.money("indemnity"))
            && demand > indemnity
        {
            found.push(CheckProblem::DemandExceeds.into());
        }
        for field in NEVER_ZERO {
            if self.money(field) == Some(Fen::ZERO) {
                found.push(CheckProblem::ZeroAmount { field }.into());
            }
        }
        found
    }

    /// The parts of the amount that are given, in printing order.
    pub(crate) fn parts(&self) -> impl Iterator<Item = (&'static str, Fen)> + '_ {
        ["amount_principal", "amount_interest", "amount_fees", "amount_costs"]
            .into_iter()
            .filter_map(|name| Some((name, self.money(name)?)))
    }

    /// What the instalments add up to, if there are any and the sum can be written.
    #[must_use]
    pub fn terms_total(&self) -> Option<Fen> {
        let amounts = self.terms().iter().map(|term| term.amount);
        (!self.terms().is_empty()).then(|| Fen::total(amounts).ok()).flatten()
    }

    fn check_parts(&self, found: &mut Vec<Report>) {
        let parts: Vec<_> = self.parts().map(|(_, amount)| amount).collect();
        // Costs of a claim stand beside an indemnity; its sum is the demand's business.
        if parts.is_empty() {
            return;
        }
        let indemnity = self.money("indemnity").filter(|_| self.money("amount_costs").is_some());
        match (Fen::total(parts.into_iter().chain(indemnity)), self.money("amount_total")) {
            (Err(_), _) => found.push(CheckProblem::TooLarge.into()),
            (Ok(_), None) => found.push(CheckProblem::NoTotal.into()),
            (Ok(sum), Some(total)) if sum != total => {
                found.push(CheckProblem::PartsDiffer { difference: apart(sum, total) }.into());
            }
            _ => {}
        }
    }

    fn check_terms(&self, found: &mut Vec<Report>) {
        let terms = self.terms();
        for (row, term) in terms.iter().enumerate() {
            if term.amount == Fen::ZERO {
                found.push(CheckProblem::EmptyTerm { row: row + 1 }.into());
            }
        }
        for (row, (before, term)) in terms.iter().zip(terms.iter().skip(1)).enumerate() {
            if term.due <= before.due {
                found.push(CheckProblem::TermsUnordered { row: row + 2 }.into());
            }
        }
        if terms.is_empty() {
            return;
        }
        let Some(sum) = self.terms_total() else {
            found.push(CheckProblem::TooLarge.into());
            return;
        };
        let plan = self.kind() == "repayment_plan_agreement";
        let stated = self.money("total").or_else(|| self.money("amount_total").filter(|_| plan));
        if let Some(stated) = stated.filter(|stated| *stated != sum) {
            found.push(CheckProblem::TermsDiffer { difference: apart(sum, stated) }.into());
        }
    }

    fn check_order(&self, found: &mut Vec<Report>) {
        for &(earlier, later) in ORDER {
            if let (Some(first), Some(second)) = (self.date(earlier), self.date(later))
                && first > second
            {
                found.push(CheckProblem::OutOfOrder { earlier, later }.into());
            }
        }
        if let (Some(start), Some(end)) = (self.time("start"), self.time("end"))
            && start >= end
        {
            found.push(CheckProblem::OutOfOrder { earlier: "start", later: "end" }.into());
        }
    }
}

fn apart(left: Fen, right: Fen) -> String {
    let (more, less) = if left > right { (left, right) } else { (right, left) };
    more.minus(less).unwrap_or_default().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::request::Entered;

    fn checks(kind: &str, pairs: &[(&str, &str)]) -> Vec<String> {
        let head = [
            ("request_id", "R1"),
            ("kind", kind),
            ("principal", "p"),
            ("case_no", "c1"),
            ("channel", "hand"),
            ("recipient_role", "debtor"),
        ];
        let all = head.iter().chain(pairs);
        let entries = all.map(|(key, text)| ((*key).into(), Entered::Text((*text).into())));
        let request = Request::read(entries).unwrap();
        request.checks().iter().map(ToString::to_string).collect()
    }

    #[test]
    fn parts_must_add_up_to_the_fen() {
        let parts = [("amount_principal", "100.00"), ("amount_interest", "0.10")];
        let with = |total| [parts[0], parts[1], ("amount_total", total)];
        assert!(checks("collection_notice", &with("100.10")).is_empty());
        let told = checks("collection_notice", &with("100.11"));
        assert_eq!(told, ["CH-I040: the parts of the amount and its total differ by 0.01 yuan"]);
        assert!(checks("collection_notice", &parts)[0].starts_with("CH-I041"));
        assert!(checks("collection_notice", &[("amount_total", "0")])[0].starts_with("CH-I047"));
    }

    #[test]
    fn instalments_are_ordered_something_and_sum_to_the_total() {
        let terms = ("terms", "2024-06-01=50.00;2024-07-01=50.00");
        assert!(checks("visit_agreed", &[terms, ("total", "100.00")]).is_empty());
        assert!(checks("visit_agreed", &[terms, ("amount_total", "900.00")]).is_empty());
        assert!(checks("visit_agreed", &[terms, ("total", "99.00")])[0].starts_with("CH-I042"));
        let plan = checks("repayment_plan_agreement", &[terms, ("amount_total", "900.00")]);
        assert!(plan[0].starts_with("CH-I042"));
        let bad = checks("visit_agreed", &[("terms", "2024-06-01=50.00;2024-06-01=0")]);
        assert!(bad[0].starts_with("CH-I044") && bad[1].starts_with("CH-I043"));
    }

    #[test]
    fn a_demand_stays_within_the_indemnity_and_days_in_order() {
        let found = checks(
            "subrogation_notice",
            &[
                ("indemnity", "100"),
                ("demand", "100.01"),
                ("accident_date", "2024-02-01"),
                ("paid_date", "2024-01-01"),
                ("start", "10:00"),
                ("end", "10:00"),
            ],
        );
        let codes: Vec<_> = found.iter().map(|told| &told[..7]).collect();
        assert_eq!(codes, ["CH-I046", "CH-I046", "CH-I045"]);
    }
}
