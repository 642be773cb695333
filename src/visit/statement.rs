//! What a visit statement must tell, and what it may not.
//!
//! Owns the rules of conduct that show in a statement; all that apply are told at once.
//! Source: REQUIREMENTS 3, by the line given at each rule, and 5 (12).

use chrono::NaiveDate;

use super::hours::ContactHours;
use crate::{case::request::Request, problem::Report};

crate::problems! {
    /// Why a statement is refused.
    pub enum StatementRefusal {
        /// REQUIREMENTS L421.
        TwoAgents = "CH-V030", Refusal,
            "a visit is made by two different agents" => "name both agents with their badges",
            "外访须由两名不同人员进行" => "请填写两名人员及其工作证号";
        /// REQUIREMENTS L353.
        Badge { agent: u8 } = "CH-V031", Refusal,
            "agent {agent} did not show a badge" => "a visit counts only if both agents showed their badges",
            "第 {agent} 名人员未出示工作证件" => "双方均出示证件的外访方可出具声明";
        /// REQUIREMENTS L257.
        Hours { end: String } = "CH-V032", Refusal,
            "the visit is not within 08:00 and {end}" => "visit within the hours; correct the times if they are wrong",
            "外访时间不在 08:00 至 {end} 之间" => "请在规定时段外访；时间有误请更正";
        /// A visit has a beginning before its end, and is over.
        Times = "CH-V033", Refusal,
            "the visit ends before it begins, or is not over yet" => "correct date and times",
            "外访结束早于开始，或尚未结束" => "请更正日期与时间";
        /// REQUIREMENTS L223.
        Recordings = "CH-V034", Refusal,
            "the audio or the video recording is not named" => "give audio_id and video_id; both recordings are mandatory",
            "未注明录音或录像编号" => "请填写 audio_id 与 video_id；双录为必备";
        /// REQUIREMENTS L231, 5 (12).
        VideoOff = "CH-V035", Refusal,
            "video was off without reason, time, willingness to talk and uninterrupted audio" => "give video_off_reason, video_off_at, willing_to_talk and audio_continuous",
            "关闭录像须有原因、时间、谈判意愿及不中断录音" => "请填写 video_off_reason、video_off_at、willing_to_talk、audio_continuous";
        /// REQUIREMENTS L235.
        Resumed = "CH-V036", Refusal,
            "video resumed outside the visit or before it was off" => "correct video_resumed_at",
            "恢复录像时间早于关闭或不在外访期间" => "请更正 video_resumed_at";
        /// REQUIREMENTS L225.
        Home = "CH-V037", Refusal,
            "a home was entered without an invitation or with the video off" => "homes are entered by invitation and on video only",
            "进入住所未受邀请，或录像已关闭" => "仅可受邀进入住所且须保持录像";
        /// REQUIREMENTS L237.
        NoTerms = "CH-V038", Refusal,
            "an agreed statement without any term" => "list every instalment, or use `visit_not_agreed`",
            "协商一致的声明没有任何还款安排" => "请列明各期安排，或改用 `visit_not_agreed`";
        /// REQUIREMENTS L241.
        Terms = "CH-V039", Refusal,
            "a statement of no agreement holds a repayment plan" => "remove the terms, or use `visit_agreed`",
            "未达成声明含有还款安排" => "请移除还款安排，或改用 `visit_agreed`";
        /// A term before the visit promises nothing.
        PastTerm = "CH-V040", Refusal,
            "a term is due before the visit" => "correct the date of the term",
            "还款安排的日期早于外访日" => "请更正还款日期";
    }
}

/// The statement of an agreement.
pub const AGREED: &str = "visit_agreed";
/// The statement of none.
pub const NOT_AGREED: &str = "visit_not_agreed";

/// Every rule of conduct by which a statement is refused.
#[must_use]
pub fn refusals(request: &Request, hours: ContactHours, now: chrono::NaiveDateTime) -> Vec<Report> {
    let mut found = Vec::new();
    agents(request, &mut found);
    times(request, hours, now, &mut found);
    recordings(request, &mut found);
    if let Some(day) = request.date("visit_date") {
        terms(request, day, &mut found);
    }
    found
}

fn agents(request: &Request, found: &mut Vec<Report>) {
    let text = |name| request.raw(name).map(|text| text.expose().to_owned());
    let names = (text("agent1"), text("agent2"));
    let badges = (text("badge1"), text("badge2"));
    let differ = |pair: &(Option<String>, Option<String>)| {
        pair.0.is_some() && pair.1.is_some() && pair.0 != pair.1
    };
    if !differ(&names) || !differ(&badges) {
        found.push(StatementRefusal::TwoAgents.into());
    }
    for (agent, shown) in [(1, "badge1_shown"), (2, "badge2_shown")] {
        if request.flag(shown) != Some(true) {
            found.push(StatementRefusal::Badge { agent }.into());
        }
    }
}

fn times(
    request: &Request,
    hours: ContactHours,
    now: chrono::NaiveDateTime,
    found: &mut Vec<Report>,
) {
    let (day, start, end) =
        (request.date("visit_date"), request.time("start"), request.time("end"));
    let (Some(day), Some(start), Some(end)) = (day, start, end) else { return };
    // The last minute of a visit lies within the hours as the first does.
    if !hours.contain(start) || !(hours.contain(end) || end == hours.end()) {
        let end = hours.end().format("%H:%M").to_string();
        found.push(StatementRefusal::Hours { end }.into());
    }
    if end <= start || day.and_time(end) > now {
        found.push(StatementRefusal::Times.into());
    }
}

fn recordings(request: &Request, found: &mut Vec<Report>) {
    if !request.gives("audio_id") || !request.gives("video_id") {
        found.push(StatementRefusal::Recordings.into());
    }
    let yes = |name| request.flag(name) == Some(true);
    let off_at = request.time("video_off_at");
    let off = off_at.is_some() || request.gives("video_off_reason");
    let within = |at: chrono::NaiveTime| {
        request.time("start").is_none_or(|start| start <= at)
            && request.time("end").is_none_or(|end| at <= end)
    };
    let reasoned = request.gives("video_off_reason") && off_at.is_some_and(within);
    if off && !(reasoned && yes("willing_to_talk") && yes("audio_continuous")) {
        found.push(StatementRefusal::VideoOff.into());
    }
    let resumed = request.time("video_resumed_at");
    if resumed.is_some_and(|at| off_at.is_none_or(|off| at <= off) || !within(at)) {
        found.push(StatementRefusal::Resumed.into());
    }
    if yes("entered_home") && (!yes("invited") || off) {
        found.push(StatementRefusal::Home.into());
    }
}

fn terms(request: &Request, visited: NaiveDate, found: &mut Vec<Report>) {
    let terms = request.terms();
    match request.kind() {
        AGREED if terms.is_empty() => found.push(StatementRefusal::NoTerms.into()),
        NOT_AGREED if !terms.is_empty() => found.push(StatementRefusal::Terms.into()),
        _ => {}
    }
    if terms.iter().any(|term| term.due < visited) {
        found.push(StatementRefusal::PastTerm.into());
    }
}
