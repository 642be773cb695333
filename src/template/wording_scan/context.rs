//! Context that makes a finding lawful: prohibition, negation, warning, disclaimer, report.
//!
//! A negation counts only where it governs the finding: it stands in the same clause (or in a
//! clause the list goes on from), no contrast and no "so we will" lies between, and the words
//! that merely contain 不 or 未 (不得不, 再不, 拒不, 以免 …) are no negations.

use super::{
    Rule,
    lexicon::Found,
    text::{Kind, OPAQUE, Unit, string},
};

/// Words that hold a negation but do not negate what follows.
const NO_NEGATION: &str = "不得不|不能不|不会不|不可不|不是不|并非不|未必不|没有不|无不|莫不|不排除|不仅|不但|不光|不只|不止|不单|不然|\
    不管|不论|不妨|不久|不日|不时|不断|不停|不定期|不等|毫不|不惜|不容|不怕|不利|再不|若不|如不|要不|还不|拒不|不还|不付|\
    不处理|不配合|不理|不接|不回|不履行|不主动|不按|不足|不得已|未还|未付|未按|未履行|未处理|未清|未偿|没还|没有还|没钱|不要逼|\
    别逼|勿逼|不要等|别等|别让|不要让|勿让|不要怪|别怪|勿怪|莫怪|勿谓|不要以为|别以为|勿以为|以免|免得|以防|免于|为避免|为防止|\
    为了避免|为了防止|避免被|避免因|避免影响|避免给|防止被|无论|无视|无理|无故|非常|非法|非但|除非|莫非|是非|无非|别人|特别|分别|\
    区别|个别|级别|没收|出没|拒绝还款|拒绝履行|拒绝接听|拒绝配合|拒绝偿还|拒绝沟通|拒绝联系|不可避免|不听|不改|不想|不愿|不妥|\
    不少|不同|不一|不良|不明|未来|无关|不法|不正当|不严禁|不禁止|未禁止|没有禁止|并未禁止|不反对|不怎么|请勿让|切勿让|请勿等|切勿等|请勿逼|切勿逼|请勿迫|切勿迫|请勿因|切勿因|请勿以身|切勿以身|\
    请勿触犯|切勿触犯";

/// Prohibitions and firm denials, which reach to the end of their clause.
const FIRM: &str = "不得|不会|不应|不许|不准|不可|不允许|严禁|禁止|绝不|决不|从不|从未|未曾|无权|无意|不曾|绝非|并非|而非|并不|不是|\
    不属于|不代表|不构成|不具有|不具备|不存在|不涉及|不包含|不含|不认定|不视为|不评价|不推定|不指控|不建议|不鼓励|不引导|不诱导|不推荐|不主张|反对|抵制|制止";

/// Requests to the addressee, which say nothing about what will be done to them.
const REQUEST: &str = "请勿|切勿|勿|不要向|不要将|不要把|莫信|不要|别|莫";

/// What the addressee may be asked not to believe.
const RUMOUR: &str = "信|听|理会|使用|相信";

/// Warnings, which deny only what others do to the addressee.
const GUARD: &str = "避免|防止|杜绝|谨防|警惕|防范|远离";

/// Denials that end where a consequence begins.
const DENIAL: &str = "不予|不向|不以|不对外|不对任何|不将|不通过|不采取|不使用|不采用|不作|不做|不需|不必|不承诺|不保证|不收取|不收|\
    不接受|不代收|不要求|不支持|不提供|不实施|不从事|不包括|不享有|不因|不被|停止|无需|无须|无义务";

/// Weaker negations, which often belong to what the debtor left undone.
const WEAK: &str = "未|没有|没|不能|无法|不再|无|拒绝|非";

/// Negations that count even for insults: conduct forbidden to the agency.
const CONDUCT: &str = "不得|严禁|禁止|杜绝|不使用|不会使用|不应使用|不允许|不称|不含|不包含|不出现|不会有|制止|反对|抵制|请勿使用|切勿使用|避免使用|绝不使用|从不使用|不得使用|不可使用|不会称|不得称";

/// A turn after which a negation no longer holds.
const TURN: &str = "但|而是|却|否则|不然|反而|反之|要么";

/// What debtors leave undone.
const UNDONE: &str = "还|付|履行|偿|处理|联系|回复|回电|接听|理会|配合|逾期|拖|逃|失联|拒接|侥幸|躲|赖|到账|缴|回应|答复|响应|反应|行动|安排";

/// Words that open what follows from it.
const RESULT: &str =
    "将|就|则|会|便|即|立即|马上|随即|必|要|我们|我司|的话|只能|只好|有权|可以|可直接";

/// How a warning begins.
const WARNING: &str = "如遇|如有|若有|如发现|若发现|遇有|遇到|凡|任何|如收到|若收到|如接到|若接到|如我司|如本公司|若我司|若本公司|如工作人员|\
    若工作人员|如催收|若催收|如外访|若外访|对于|如果有|如存在|若存在|若你认为|如你认为|如你发现|若你发现|人员如|人员若|人员要求|人员以|员工如|员工若|员工要求";

/// What the addressee is advised to do about it.
const ADVICE: &str = "投诉|举报|请拒绝|可拒绝|有权拒绝|请报警|可报警|请立即报警|请及时报警|并立即报警|向我们核实|向委托人核实|请勿|切勿|勿信|不予理会|与本公司无关|与我司无关";

/// What the debtor left undone: a threat, not a warning.
const FAILING: &str = "逾期|未还|不还|未按|拖欠|拒不|仍未|仍不|未付|失联|不处理|未处理|不配合|不接|欠款不|未能|你拒|你不|你再";

/// What follows a thing that is forbidden.
const FORBIDDEN: &str = "属违规|属于违规|违规行为|均属违|是违法|是违规|系违规|系违法|违法行为|属违法|属于违法|被禁止|被严禁|一律禁止|不被允许|不允许|予以禁止|均与本公司无关|不代表本公司|严格禁止|均为禁止|须经批准|将严肃处理|受到处分|一律不|均不得|都不得|是不允许|不可取|由有权机关|只能由|由人民法院依法作出|由人民法院依法公布|由司法机关依法|由委托人决定|以委托人|须经委托人|需经委托人|应经委托人|绝不允许|坚决杜绝";

/// What follows when somebody else does what the agency never does.
const SCAM: &str = "均为诈骗|都是诈骗|均属诈骗|均系诈骗|系诈骗|是诈骗|为诈骗|属诈骗|均为假冒|均系假冒|均系冒充|均为冒充";

/// How a thing ends of which it is said that it has no part in this.
const UNRELATED: [&str; 4] = ["无关", "无涉", "没有关系", "没有任何关系"];

/// Most characters of a person's name.
const NAME: usize = 4;

/// Whether the surroundings of `found` make it lawful.
pub(super) fn pardons(units: &[Unit], found: &Found<'_>) -> bool {
    let (Some((start, _)), Some((_, end))) = (found.elements.first(), found.elements.last()) else {
        return false;
    };
    let Some(place) = Place::of(units, *start, *end) else { return false };
    let section = found.section;
    let asked = any(&place.before, "是否想|是否愿|是否希望|是否要|是否打算|是否准备|是否怕");
    let pardoned = holds_any(&place.before, &section.pardon_before)
        || holds_any(&place.clause, &section.pardon_clause)
        || holds_any(&place.clause_of_end, &section.pardon_end)
        || (section.name_only && place.clause_of_end.chars().count() > NAME);
    (pardoned && !asked)
        || negated(units, found, &place)
        || forbidden_after(&place)
        || unrelated(&place)
        || (!befalls(found.rule) && any(&place.after, SCAM))
        || warned(&place)
        || reported(&place)
}

/// Whether the rule is about what befalls the debtor, rather than what the agency does.
const fn befalls(rule: Rule) -> bool {
    matches!(
        rule,
        Rule::Arrest
            | Rule::Guilt
            | Rule::CreditThreat
            | Rule::Procedure
            | Rule::Restriction
            | Rule::Pressure
            | Rule::Charges
            | Rule::PrivateLife
            | Rule::OthersPay
    )
}

/// The surroundings of a finding, as strings.
struct Place {
    /// Its clause.
    clause: String,
    /// The clause it ends in.
    clause_of_end: String,
    /// Its clause up to it, with the clauses the list comes from.
    before: String,
    /// Its clause behind it, with a clause that goes on about it.
    after: String,
    /// Its sentence, up to it.
    sentence_before: String,
    /// Its sentence behind it, and the next.
    sentence_after: String,
    /// Its sentence.
    sentence: String,
    /// An introduction such as 严禁以下行为： before it.
    listed: bool,
}

impl Place {
    fn of(units: &[Unit], start: usize, end: usize) -> Option<Self> {
        let first = units.get(start)?;
        let last = units.get(end.checked_sub(1)?)?;
        let head = units.get(..start)?;
        let tail = units.get(end..)?;
        let of_clause = |unit: &&Unit| unit.clause == first.clause && unit.kind != Kind::Clause;
        let mut before = string(&owned(head.iter().filter(of_clause)));
        let mut clause = first.clause;
        while goes_on(&before) && clause > 0 {
            clause -= 1;
            let earlier: Vec<Unit> = owned(
                head.iter().filter(|unit| unit.clause == clause && unit.sentence == first.sentence),
            );
            if earlier.is_empty() {
                break;
            }
            before = string(&earlier) + &before;
        }
        let own_after = string(&owned(tail.iter().filter(|unit| {
            unit.clause == last.clause && matches!(unit.kind, Kind::Letter | Kind::List)
        })));
        let next = string(&owned(
            tail.iter()
                .filter(|unit| unit.clause == last.clause + 1 && unit.sentence == last.sentence),
        ));
        let continued = ["均", "一律", "都", "皆", "属", "系", "是", "须", "需", "应经", "由"]
            .iter()
            .any(|word| next.starts_with(word));
        let after = if continued { own_after + &next } else { own_after };
        let in_sentence = |unit: &&Unit| unit.sentence == first.sentence;
        let sentence_before = string(&owned(head.iter().filter(in_sentence)));
        let sentence_after =
            string(&owned(tail.iter().filter(|unit| {
                unit.sentence == last.sentence || unit.sentence == last.sentence + 1
            })));
        let sentence = string(&owned(units.iter().filter(in_sentence)));
        let colon = head
            .iter()
            .rfind(|unit| unit.passage == first.passage && unit.ch == ':')
            .map(|unit| unit.clause);
        let introduction = string(&owned(head.iter().filter(|unit| Some(unit.clause) == colon)));
        let listed = any(&introduction, "以下|下列")
            && any(&introduction, "严禁|禁止|不得|杜绝|不会|不存在");
        let clause = string(&owned(units.iter().filter(of_clause)));
        let clause_of_end = string(&owned(
            units.iter().filter(|unit| unit.clause == last.clause && unit.kind != Kind::Clause),
        ));
        Some(Self {
            clause,
            clause_of_end,
            before,
            after,
            sentence_before,
            sentence_after,
            sentence,
            listed,
        })
    }
}

fn owned<'a>(units: impl Iterator<Item = &'a Unit>) -> Vec<Unit> {
    units.cloned().collect()
}

/// Whether a clause continues the list of the one before it.
fn goes_on(clause: &str) -> bool {
    ["或", "以及", "及", "和", "包括", "如", "例如", "诸如", "比如"]
        .iter()
        .any(|word| clause.starts_with(word))
        && ![
            "如你",
            "如不",
            "如未",
            "如果",
            "如再",
            "如逾",
            "如拒",
            "如有",
            "如遇",
            "或将",
            "或者我",
        ]
        .iter()
        .any(|word| clause.starts_with(word))
}

fn holds_any(text: &str, words: &[String]) -> bool {
    words.iter().any(|word| text.contains(word.as_str()))
}

fn any(text: &str, list: &str) -> bool {
    list.split('|').any(|word| text.contains(word))
}

/// Whether a negation governs the finding, from before it or between its words.
fn negated(units: &[Unit], found: &Found<'_>, place: &Place) -> bool {
    if place.listed {
        return true;
    }
    let doubted = ["不可能", "办不到", "才怪"].iter().any(|word| place.after.contains(word));
    if doubted {
        return false;
    }
    if found.section.prohibition_only {
        return last_of(&place.before, CONDUCT).is_some_and(|rest| !any(&rest, TURN));
    }
    if governs(&place.before) || requested(place, found.rule) || guarded(place, found.rule) {
        return true;
    }
    if found.section.outright {
        return false;
    }
    let gaps = found.elements.windows(2).filter_map(|pair| match pair {
        [(_, from), (to, _)] => units.get(*from..*to),
        _ => None,
    });
    gaps.map(|gap| {
        let clause = gap.last().map_or(0, |unit| unit.clause);
        string(&owned(gap.iter().filter(|unit| unit.clause == clause && unit.kind != Kind::Clause)))
    })
    .any(|gap| firmly(&blank(&gap)))
}

/// Whether the end of `text` is in the scope of a negation.
fn governs(text: &str) -> bool {
    let text = blank(text);
    let weak = last_of(&text, WEAK)
        .is_some_and(|rest| !any(&rest, TURN) && !any(&rest, UNDONE) && !follows(&rest));
    weak || firmly(&text)
}

/// As [`governs`], without the weak negations: between the words of a pattern 无法 and 不能 belong
/// to the threat.
fn firmly(text: &str) -> bool {
    let bare = ["没有", "无需", "无须", "不必"].iter().any(|word| text.ends_with(word));
    if bare || text.ends_with(['不', '未', '没', '非']) {
        return true;
    }
    let firm = last_of(text, FIRM).is_some_and(|rest| {
        let excused = any(text, "因你|由于|以未|以你|因未");
        !any(&rest, TURN) && (excused || !after_undone(&rest))
    });
    firm || last_of(text, DENIAL).is_some_and(|rest| !any(&rest, TURN) && !follows(&rest))
}

/// Whether a consequence is announced in `rest`; 将 directly behind the negation announces none.
fn follows(rest: &str) -> bool {
    let about = ["就此", "就该", "就本", "就上述", "就前述", "就你"];
    !rest.starts_with(['将', '向', '对', '把'])
        && !about.iter().any(|word| rest.starts_with(word))
        && any(rest, RESULT)
}

/// 请勿…: the addressee is asked not to do it.
fn requested(place: &Place, rule: Rule) -> bool {
    last_of(&blank(&place.before), REQUEST).is_some_and(|rest| {
        !any(&rest, TURN) && !after_undone(&rest) && (!befalls(rule) || any(&rest, RUMOUR))
    })
}

/// 避免…, 谨防…: it is to be kept from happening, and not by paying.
fn guarded(place: &Place, rule: Rule) -> bool {
    !befalls(rule)
        && last_of(&blank(&place.before), GUARD).is_some_and(|rest| !any(&rest, TURN))
        && !any(&place.sentence_after, "还款|还清|还钱|付款|结清|尽快|处理")
}

/// Whether a consequence is announced behind what was left undone.
fn after_undone(rest: &str) -> bool {
    UNDONE.split('|').any(|word| {
        rest.find(word)
            .and_then(|at| rest.get(at + word.len()..))
            .is_some_and(|behind| any(behind, RESULT))
    })
}

/// What stands behind the last of `words`, if one is there.
fn last_of(text: &str, words: &str) -> Option<String> {
    let end =
        words.split('|').filter_map(|word| text.rfind(word).map(|at| at + word.len())).max()?;
    text.get(end..).map(str::to_owned)
}

/// Puts a neutral character for words that only look like negations. 并非法院 is no 非法.
fn blank(text: &str) -> String {
    let mut text = text.to_owned();
    for word in NO_NEGATION.split('|') {
        let mut from = 0;
        while let Some(at) = text.get(from..).and_then(|rest| rest.find(word)).map(|at| at + from) {
            let cut = word.starts_with('非')
                && text.get(..at).is_some_and(|head| head.ends_with(['并', '而', '绝']));
            from = at + if cut { word.len() } else { OPAQUE.len_utf8() };
            if !cut {
                text.replace_range(at..at + word.len(), OPAQUE.encode_utf8(&mut [0; 4]));
            }
        }
    }
    text
}

/// 上门抓捕属违法行为: what is named is called forbidden.
fn forbidden_after(place: &Place) -> bool {
    let first = FORBIDDEN.split('|').filter_map(|word| place.after.find(word)).min();
    first.and_then(|at| place.after.get(..at)).is_some_and(|between| {
        !any(between, "你|欠|还|逾期|拖") && !any(&place.before, "你的|你这|你将|你已|你会")
    })
}

/// 本函与刑事责任无关: what is named has no part in this.
fn unrelated(place: &Place) -> bool {
    let before = place.before.trim_end_matches("任何").trim_end_matches("所谓");
    before.ends_with(['与', '和', '同', '跟'])
        && UNRELATED.iter().any(|word| place.after.starts_with(word))
}

/// 如遇…，请投诉: what is named is warned of.
fn warned(place: &Place) -> bool {
    let Some(opened) = last_of(&place.sentence_before, WARNING) else { return false };
    let foretold = any(&opened, "将|会|必") && !any(&opened, "称|说|威胁|扬言|要求|名义|索");
    any(&place.sentence_after, ADVICE)
        && any(&place.sentence_after, "请|可|有权|应|欢迎|切勿|勿信|均|一律|与本|与我")
        && !foretold
        && !any(&opened, FAILING)
}

/// 据称…，待核实: what is named was heard and is not yet known.
fn reported(place: &Place) -> bool {
    place.sentence_before.contains("据称")
        && place.sentence.contains("待核实")
        && !place.sentence.contains('你')
}
