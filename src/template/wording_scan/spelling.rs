//! Words written around the scan: in pinyin, half in pinyin, by initials, or letter by letter.
//!
//! A word of the table spelled with at least one syllable of pinyin is read as if it stood in
//! characters; the syllables have to be whole runs of Latin letters, so that no English word is
//! taken apart. Single characters with marks between them (`公，安，抓，你`), and a single one in
//! brackets behind another (`老(赖)`), close up. Source: seed L303, L343.

use std::{collections::BTreeMap, sync::LazyLock};

use super::text::{Kind, Piece};

/// Words and their syllables.
const WORDS: &str = "公安 gong an|警察 jing cha|民警 min jing|法院 fa yuan|派出所 pai chu suo|抓捕 zhua bu|抓你 zhua ni|\
    抓人 zhua ren|逮捕 dai bu|拘留 ju liu|坐牢 zuo lao|判刑 pan xing|起诉 qi su|传票 chuan piao|诈骗 zha pian|\
    犯罪 fan zui|老赖 lao lai|无赖 wu lai|骗子 pian zi|人渣 ren zha|混蛋 hun dan|白痴 bai chi|微信 wei xin|\
    支付宝 zhi fu bao|个人 ge ren|私人 si ren|转账 zhuan zhang|收款 shou kuan|黑名单 hei ming dan|征信 zheng xin|\
    失信 shi xin|曝光 bao guang|通知 tong zhi|家人 jia ren|家属 jia shu|单位 dan wei|邻居 lin ju|父母 fu mu|\
    冻结 dong jie|查封 cha feng|拍卖 pai mai|上门 shang men|报警 bao jing|打断 da duan|弄死 nong si|减免 jian mian|\
    催收 cui shou|后果自负 hou guo zi fu|张贴 zhang tie";

/// Initials and nicknames in use for words.
const NICKNAMES: &str = "vx 微信|wx 微信|zfb 支付宝|jc 警察|ga 公安|fy 法院";

/// A spelling: each part a character or a syllable, and the word it stands for.
type Spellings = BTreeMap<String, &'static str>;

/// All spellings with at least one syllable, without blanks.
static SPELLINGS: LazyLock<Spellings> = LazyLock::new(|| {
    let mut spellings = Spellings::new();
    for entry in WORDS.split('|') {
        let Some((word, syllables)) = entry.split_once(' ') else { continue };
        let parts: Vec<(char, &str)> = word.chars().zip(syllables.split(' ')).collect();
        let mut drafts = vec![String::new()];
        for (character, syllable) in parts {
            drafts = drafts
                .iter()
                .flat_map(|draft| [format!("{draft}{character}"), format!("{draft}{syllable}")])
                .collect();
        }
        let spelled = drafts.into_iter().filter(|draft| draft != word);
        spellings.extend(spelled.map(|draft| (draft, word)));
    }
    let nicknames = NICKNAMES.split('|').filter_map(|entry| entry.split_once(' '));
    spellings.extend(nicknames.map(|(short, word)| (short.to_owned(), word)));
    spellings
});

/// Longest spelling in characters.
const LONGEST: usize = 16;

/// Puts words for their spellings.
pub(super) fn spell(pieces: Vec<Piece>) -> Vec<Piece> {
    let latin = |piece: &Piece| piece.ch.is_ascii_lowercase();
    if !pieces.iter().any(latin) {
        return pieces;
    }
    let mut read: Vec<Piece> = Vec::with_capacity(pieces.len());
    let mut at = 0;
    while let Some(piece) = pieces.get(at) {
        if let Some((length, word)) = spelling_at(&pieces, at)
            && let Some(last) = pieces.get(at + length - 1)
        {
            let bytes = piece.bytes.start..last.bytes.end;
            read.extend(word.chars().map(|ch| Piece {
                ch,
                kind: Kind::Letter,
                bytes: bytes.clone(),
            }));
            at += length;
        } else {
            read.push(piece.clone());
            at += 1;
        }
    }
    read
}

/// The longest spelling that begins at `at`: its number of pieces and its word.
fn spelling_at(pieces: &[Piece], at: usize) -> Option<(usize, &'static str)> {
    let latin = |piece: &Piece| piece.ch.is_ascii_lowercase();
    let run_on = |from: usize| {
        let pair = from.checked_sub(1).and_then(|from| pieces.get(from)).zip(pieces.get(from));
        pair.is_some_and(|(one, next)| {
            latin(one) && latin(next) && one.bytes.end == next.bytes.start
        })
    };
    if run_on(at) {
        return None;
    }
    let mut spelled = String::with_capacity(LONGEST);
    let mut found = None;
    for (count, piece) in pieces.get(at..)?.iter().take(LONGEST).enumerate() {
        if piece.kind != Kind::Letter {
            break;
        }
        spelled.push(piece.ch);
        if !run_on(at + count + 1)
            && let Some(word) = SPELLINGS.get(&spelled)
        {
            found = Some((count + 1, *word));
        }
    }
    found
}

/// Takes out what stands between single characters.
pub(super) fn close_up(pieces: Vec<Piece>) -> Vec<Piece> {
    let mark = |at: usize| pieces.get(at).is_none_or(|piece| piece.kind != Kind::Letter);
    let single = |at: usize| {
        pieces.get(at).is_some_and(|piece| ('\u{4E00}'..='\u{9FFF}').contains(&piece.ch))
            && at.checked_sub(1).is_none_or(mark)
            && mark(at + 1)
    };
    // The single characters with nothing but marks to the next one.
    let mut dropped = vec![false; pieces.len()];
    let mut last: Option<usize> = None;
    for (at, piece) in pieces.iter().enumerate() {
        if piece.kind != Kind::Letter {
            continue;
        }
        let bracketed = single(at)
            && at >= 2
            && !is_count(piece.ch)
            && is_pair(pieces.get(at - 1), pieces.get(at + 1))
            && !mark(at - 2);
        if bracketed {
            for place in [at - 1, at + 1] {
                if let Some(drop) = dropped.get_mut(place) {
                    *drop = true;
                }
            }
        }
        if single(at) {
            if let Some(last) = last
                && !is_count(piece.ch)
            {
                dropped.iter_mut().take(at).skip(last + 1).for_each(|drop| *drop = true);
            }
            last = Some(at);
        } else {
            last = None;
        }
    }
    if !dropped.contains(&true) {
        return pieces;
    }
    pieces.into_iter().zip(dropped).filter(|(_, drop)| !drop).map(|(piece, _)| piece).collect()
}

/// Whether `ch` counts the items of a list: `（一）`.
fn is_count(ch: char) -> bool {
    "一二三四五六七八九十甲乙丙丁".contains(ch)
}

fn is_pair(open: Option<&Piece>, close: Option<&Piece>) -> bool {
    open.zip(close).is_some_and(|(open, close)| {
        matches!((open.ch, close.ch), ('(', ')') | ('[', ']') | ('【', '】') | ('〔', '〕'))
    })
}

#[cfg(test)]
mod tests {
    use super::super::text::{Kind, read};

    fn letters(text: &str) -> String {
        read(text).iter().filter(|unit| unit.kind == Kind::Letter).map(|unit| unit.ch).collect()
    }

    #[test]
    fn pinyin_and_half_pinyin_are_read_as_words() {
        for text in ["gongan", "gong an", "GONG'AN", "gōng ān", "公an", "gong安", "公安"] {
            assert_eq!(letters(text), "公安", "{text}");
        }
        assert_eq!(letters("加我vx，转zhifubao"), "加我微信转支付宝");
        assert_eq!(letters("along and vxa"), "alongandvxa");
    }

    #[test]
    fn single_characters_with_marks_between_close_up_and_lists_do_not() {
        for text in [
            "公，安，抓，你",
            "公。安。抓。你",
            "公;安;抓;你",
            "公（安）抓（你）",
            "公\n安\n抓\n你",
        ] {
            let units = read(text);
            assert_eq!(units.len(), 4, "{text}");
            assert!(units.iter().all(|unit| unit.clause == 0), "{text}");
        }
        assert_eq!(read("您老(赖)皮").len(), 4);
        assert_eq!(read("本条（一）项下").len(), 7);
        assert_eq!(read("公安，抓人").len(), 5);
    }
}
