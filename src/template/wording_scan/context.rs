//! Context that makes a finding lawful: prohibition, negation, warning, disclaimer, report.
//!
//! A negation counts only where it governs the finding: it stands in the same clause (or in a
//! clause the list goes on from), no contrast and no "so we will" lies between, and the words
//! that merely contain 不 or 未 (不得不, 再不, 拒不, 以免 …) are no negations.

use super::{
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
    不少|不同|不一|不良|不明|未来|无关|不法|不正当|不严禁|不禁止|未禁止|没有禁止|并未禁止|不反对|不怎么";

/// Prohibitions and firm negations, which reach to the end of their clause.
const FIRM: &str = "不得|不会|不予|不可|不应|不许|不准|不向|不以|不对|不将|不通过|不采取|不使用|不采用|不涉及|不构成|不作|不做|不存在|\
    不包含|不含|不代表|不属于|不是|不需|不必|不承诺|不保证|不收取|不收|不接受|不代收|不要求|不允许|不支持|不提供|不实施|不从事|\
    不包括|不具有|不具备|不享有|不因|不建议|不鼓励|不引导|不诱导|不推荐|不主张|请勿|切勿|勿|严禁|禁止|杜绝|避免|防止|抵制|反对|并非|而非|并不|绝非|绝不|决不|从不|从未|\
    未曾|无权|无意|无需|无须|无义务|不曾|谨防|警惕|防范|制止|远离|莫信|不要向|不要将|不要把|不被|停止|取缔|打击|查处";

/// Weaker negations, which often belong to what the debtor left undone.
const WEAK: &str = "未|没有|没|不能|无法|不再|不要|别|无|拒绝|莫|非";

/// Negations that count even for insults: conduct forbidden to the agency.
const CONDUCT: &str = "不得|严禁|禁止|杜绝|不使用|不会使用|不应使用|不允许|不称|不含|不包含|不出现|不会有|制止|反对|抵制|请勿使用|切勿使用|避免使用|绝不使用|从不使用|不得使用|不可使用|不会称|不得称";

/// A turn after which a negation no longer holds.
const TURN: &str = "但|而是|却|否则|不然|反而|反之|要么";

/// What debtors leave undone.
const UNDONE: &str =
    "还|付|履行|偿|处理|联系|回复|回电|接听|理会|配合|逾期|拖|逃|失联|拒接|侥幸|躲|赖|到账|缴";

/// Words that open what follows from it.
const RESULT: &str = "将|就|则|会|便|即|立即|马上|随即|必|要|我们|我司|的话|只能|只好";

/// How a warning begins.
const WARNING: &str = "如遇|如有|若有|如发现|若发现|遇有|遇到|凡|任何|如收到|若收到|收到|如我司|如本公司|若我司|若本公司|如工作人员|若工作人员|\
    如催收|若催收|如外访|若外访|接到|对于|假如有|发现|如果有|如果我|如存在|若存在|以下|自称|声称|要求你";

/// What the addressee is advised to do about it.
const ADVICE: &str = "投诉|举报|请拒绝|可拒绝|有权拒绝|请报警|可报警|请立即报警|请及时报警|核实|反映|请勿|切勿|勿信|不予理会|与本公司无关|与我司无关|监督|拨打";

/// What follows a thing that is forbidden.
const FORBIDDEN: &str = "属违规|属于违规|违规行为|均属违|是违法|是违规|系违规|系违法|违法行为|属违法|属于违法|被禁止|被严禁|一律禁止|不被允许|不允许|予以禁止|均与本公司无关|不代表本公司|严格禁止|均为禁止|须经批准|将严肃处理|受到处分|一律不|均不得|都不得|是不允许|不可取|由有权机关|只能由|由人民法院依法作出|由人民法院依法公布|由司法机关依法|由委托人决定|以委托人|须经委托人|需经委托人|应经委托人|绝不允许|坚决杜绝";

/// Whether the surroundings of `found` make it lawful.
pub(super) fn pardons(units: &[Unit], found: &Found<'_>) -> bool {
    let (Some((start, _)), Some((_, end))) = (found.elements.first(), found.elements.last()) else {
        return false;
    };
    let Some(place) = Place::of(units, *start, *end) else { return false };
    let section = found.section;
    holds_any(&place.before, &section.pardon_before)
        || holds_any(&place.clause, &section.pardon_clause)
        || holds_any(&place.sentence, &section.pardon_sentence)
        || negated(units, found, &place)
        || forbidden_after(&place)
        || warned(&place)
        || reported(&place)
}

/// The surroundings of a finding, as strings.
struct Place {
    /// Its clause.
    clause: String,
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
            unit.clause == last.clause && unit.kind == Kind::Letter
                || unit.clause == last.clause && unit.kind == Kind::List
        })));
        let next = string(&owned(
            tail.iter()
                .filter(|unit| unit.clause == last.clause + 1 && unit.sentence == last.sentence),
        ));
        let continued = ["均", "一律", "都", "皆", "属", "系", "是", "须", "需", "应经", "由"]
            .iter()
            .any(|word| next.starts_with(word));
        let after = if continued { own_after.clone() + &next } else { own_after.clone() };
        let in_sentence = |unit: &&Unit| unit.sentence == first.sentence;
        let sentence_before = string(&owned(head.iter().filter(in_sentence)));
        let sentence_after =
            string(&owned(tail.iter().filter(|unit| {
                unit.sentence == last.sentence || unit.sentence == last.sentence + 1
            })));
        let sentence = string(&owned(units.iter().filter(in_sentence)));
        let passage = string(&owned(head.iter().filter(|unit| unit.passage == first.passage)));
        let colon = head.iter().any(|unit| unit.passage == first.passage && unit.ch == ':');
        let listed = colon
            && ["以下", "下列"].iter().any(|word| passage.contains(word))
            && ["严禁", "禁止", "不得", "杜绝", "不会", "不存在"]
                .iter()
                .any(|word| passage.contains(word));
        let clause = string(&owned(units.iter().filter(of_clause)));
        Some(Self { clause, before, after, sentence_before, sentence_after, sentence, listed })
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
    list.split('|').any(|word| text.contains(word.trim_start()))
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
    if governs(&place.before, true) {
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
    .any(|gap| governs(&gap, false))
}

/// Whether the end of `text` is in the scope of a negation. Between the words of a pattern the
/// weak ones (无法, 不能) belong to the threat.
fn governs(text: &str, weak: bool) -> bool {
    let text = blank(text);
    if text.ends_with(['不', '未', '没', '勿', '莫', '非']) {
        return true;
    }
    if let Some(rest) = last_of(&text, FIRM) {
        let excused = any(&text, "因你|由于|以未|以你|因未");
        let turned = any(&rest, TURN) || (!excused && any(&rest, UNDONE) && after_undone(&rest));
        if !turned {
            return true;
        }
    }
    weak && last_of(&text, WEAK).is_some_and(|rest| {
        let mut behind = rest.chars();
        let directly = matches!(behind.next(), Some('将' | '向' | '对' | '把'));
        !any(&rest, TURN) && !any(&rest, UNDONE) && (directly || !any(&rest, RESULT))
    })
}

/// Whether a consequence is announced behind what was left undone.
fn after_undone(rest: &str) -> bool {
    UNDONE.split('|').any(|word| {
        rest.find(word.trim_start())
            .and_then(|at| rest.get(at + word.len()..))
            .is_some_and(|behind| any(behind, RESULT))
    })
}

/// What stands behind the last of `words`, if one is there.
fn last_of(text: &str, words: &str) -> Option<String> {
    let end = words
        .split('|')
        .map(str::trim_start)
        .filter_map(|word| text.rfind(word).map(|at| at + word.len()))
        .max()?;
    text.get(end..).map(str::to_owned)
}

/// Puts a neutral character for words that only look like negations. 并非法院 is no 非法.
fn blank(text: &str) -> String {
    let mut text = text.to_owned();
    for word in NO_NEGATION.split('|').map(str::trim_start) {
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
    any(&place.after, FORBIDDEN) && !any(&place.before, "你的|你这|你将|你已|你会")
}

/// 如遇…，请投诉: what is named is warned of.
fn warned(place: &Place) -> bool {
    let Some(opened) = last_of(&place.sentence_before, WARNING) else { return false };
    any(&place.sentence_after, ADVICE)
        && any(&place.sentence_after, "请|可|有权|应|欢迎|切勿|勿信|均|一律|与本|与我")
        && !any(&opened, "你拒|你不|你未|你逾|你仍|你若|我们将|我司将|你再")
}

/// 据称…，待核实: what is named was heard and is not yet known.
fn reported(place: &Place) -> bool {
    any(&place.sentence_before, "据称|据…称")
        && place.sentence.contains("待核实")
        && !place.sentence.contains('你')
}
