//! Retention, holds and disposal of what was archived.
//!
//! Owns the term ([`term`]), when it starts and ends for one archived object ([`schedule`]), and
//! the two steps by which it may be destroyed ([`disposal`]). Reads no clock and destroys
//! nothing itself: it says whether the office may. Source: seed L223, L495, L635; REQUIREMENTS 5,
//! decision 7; 民法典 200–204 (reckoning of periods).

pub mod disposal;
pub mod plan;
pub mod schedule;
pub mod term;

crate::problems! {
    /// Why something cannot be scheduled or destroyed.
    pub enum RetentionRefusal {
        /// Shorter than the floor.
        BelowFloor { floor: u32 } = "CH-D001", Refusal,
            "the term is shorter than {floor} years" => "give a longer term; a principal may lengthen it, never shorten it",
            "保管期限短于 {floor} 年" => "请设更长期限；委托人可延长，不得缩短";
        /// Longer than any calendar serves.
        TooLong { ceiling: u32 } = "CH-D002", Input,
            "the term is longer than {ceiling} years" => "check the number of years",
            "保管期限超过 {ceiling} 年" => "请核对年数";
        /// The event lies so far off that its term cannot be reckoned.
        OutOfCalendar = "CH-D003", Input,
            "the end of the term lies outside the calendar" => "check the date the term starts from",
            "保管期限的届满日超出历法范围" => "请核对起算日期";
        /// The case is not closed, so the term has not begun.
        CaseOpen = "CH-D010", Refusal,
            "the case is open, so its retention has not begun" => "close the case first",
            "案件尚未结案，保管期限未起算" => "请先结案";
        /// The term has not ended.
        NotExpired { last_day_kept: chrono::NaiveDate } = "CH-D011", Refusal,
            "it is kept until the end of {last_day_kept}" => "wait until the day after",
            "保管期限至 {last_day_kept}（含当日）" => "请于次日以后再办";
        /// A hold stands.
        Held { hold: String } = "CH-D012", Refusal,
            "hold `{hold}` forbids its disposal" => "dispose of it only after the hold was released",
            "暂停销毁 `{hold}` 尚未解除" => "解除后方可销毁";
        /// One person in both roles.
        SameApprover = "CH-D013", Refusal,
            "both approvals come from one person" => "have a second person approve",
            "两项批准出自同一人" => "请由另一人批准";
        /// Planned earlier than today's date can answer for.
        PlanFromFuture = "CH-D014", Refusal,
            "the plan is dated after today" => "check the clock of this machine and plan again",
            "销毁计划日期晚于今日" => "请核对本机时间并重新制定计划";
    }
}
