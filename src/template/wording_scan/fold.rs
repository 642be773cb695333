//! Folds a character to the form the lexicon is written in.
//!
//! Width and compatibility forms by NFKD without marks, small Latin letters, traditional to simplified for the
//! characters the lexicon and the negations use, 您 and 妳 to 你, 帐 to 账. No claim to be a
//! general converter.

use std::{collections::BTreeMap, sync::LazyLock};

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// Pairs of a character and what it is folded to.
const PAIRS: &str = "\
    您你妳你祢你帐账帳账賬账賴赖無无騙骗壞坏敗败類类獄狱監监審审訊讯傳传喚唤凍冻結结戶户號号碼码個个轉转\
    錢钱還还債债務务員员單单鄰邻親亲屬属聯联繫系係系絡络處处張张貼贴報报開开體体電电話话騷骚擾扰罵骂嚇吓\
    脅胁嚴严請请並并併并從从絕绝決决會会將将應应為为爲为與与對对發发給给區区門门聲声訴诉訟讼執执強强强强\
    製制賣卖產产車车飛飞機机鐵铁國国際际關关構构詐诈責责擔担後后負负徵征記记錄录優优減减罰罚滯滞納纳點点\
    滅灭殺杀斷断學学師师長长兒儿媽妈爺爷書书狀状隊队圍围尋寻運运實实業业讓让傢家裡里裏里幹干條条約约歲岁\
    過过時时間间內内繳缴匯汇彙汇現现認认證证據据議议辦办領领導导頭头馬马隨随離离醫医療疗殘残廢废豬猪滾滚\
    賤贱爛烂偵侦緝缉綁绑潑泼燒烧彈弹轟轰曬晒網网眾众衆众貸贷遞递達达變变買买願愿協协諾诺規规違违進进險险\
    團团廳厅總总資资傷伤撥拨輪轮連连續续夠够樣样這这們们來来沒没歡欢權权兩两萬万憑凭錯错啟启啓启軟软銀银\
    財财貨货費费貴贵質质購购賠赔銷销鎖锁門门閉闭問问聞闻閱阅隱隐雖虽難难須须預预頑顽題题顏颜風风館馆驗验\
    罷罢節节範范築筑簽签籤签紅红級级終终經经維维緊紧線线編编練练縣县縮缩織织羅罗義义習习職职聽听肅肃腦脑\
    臉脸臨临舉举舊旧蓋盖藥药蟲虫補补訂订計计託托設设訪访評评詞词試试該该詳详誠诚誤误說说誰谁課课調调談谈\
    論论講讲謝谢識识警警護护讀读豐丰貪贪貧贫貫贯販贩貿贸賊贼賓宾賦赋贏赢趕赶跡迹蹤踪躲躲軍军輕轻較较載载\
    輔辅農农遠远適适遲迟遷迁選选遺遗鄉乡醜丑釋释鑑鉴鑒鉴鬧闹魚鱼鳥鸟麥麦齊齐齒齿龍龙嗎吗啞哑喪丧嘆叹圖图\
    圓圆塊块墊垫壓压壽寿夢梦夥伙奪夺婦妇嬰婴寧宁寫写寬宽層层島岛師师帶带幫帮幣币廣广廠厂廢废弔吊彎弯彥彦\
    恥耻悶闷惡恶惱恼愛爱慘惨慮虑慶庆憂忧憐怜憤愤憶忆懇恳懲惩懶懒懷怀懸悬戰战戲戏擇择擊击擋挡擴扩攔拦敵敌\
    數数斬斩於于昇升書书朧胧東东棄弃極极榮荣標标樓楼樂乐樹树檢检檔档歐欧歸归殘残毀毁氣气決决況况沖冲浪浪\
    涼凉淚泪淨净淺浅測测湊凑溫温準准溝沟滿满漢汉漸渐潔洁潛潜澤泽濟济灣湾災灾煩烦熱热營营爭争爾尔牆墙獨独\
    獲获獎奖獻献環环瘋疯癡痴癩癞皺皱盜盗盡尽盤盘睜睁瞞瞒礙碍禍祸禮礼穩稳窮穷競竞筆笔籌筹糾纠紀纪純纯紙纸\
    紛纷細细絲丝統统綜综綠绿緩缓縱纵繁繁繼继罵骂聖圣聲声聰聪腳脚膽胆艱艰蔔卜蕩荡處处蘇苏術术衛卫衝冲裝装\
    複复覆覆覺觉觀观觸触訓训許许詢询誘诱語语誓誓諒谅諮咨謀谋謊谎謹谨譴谴貶贬賠赔賭赌贓赃踐践軌轨輸输辭辞\
    迫迫連连週周遊游邊边郵邮醞酝鈔钞鉅巨錶表鍵键鏈链鐘钟閑闲閒闲陣阵陰阴陳陈陽阳隻只雙双雜杂雞鸡靜静響响\
    項项順顺頻频顧顾額额願愿顯显飯饭飲饮餘余駕驾騎骑驅驱驚惊鬥斗鬆松麗丽劉刘楊杨趙赵鄭郑吳吴孫孙馮冯韓韩鄧邓蕭萧葉叶閻阎呂吕蔣蒋盧卢賈贾鄒邹陸陆龔龚頼赖畱留賀贺喬乔湯汤譚谭鍾钟黃黄黨党齡龄蹤踪鄰邻";

static FOLDS: LazyLock<BTreeMap<char, char>> = LazyLock::new(|| {
    let mut folds = BTreeMap::new();
    let mut left = PAIRS.chars();
    while let (Some(from), Some(to)) = (left.next(), left.next()) {
        if from != to {
            folds.insert(from, to);
        }
    }
    folds
});

/// The folded characters of one character; more than one for ligatures and squared forms.
pub(super) fn fold(character: char) -> impl Iterator<Item = char> {
    std::iter::once(character)
        .nfkd()
        .filter(|c| !is_combining_mark(*c))
        .flat_map(char::to_lowercase)
        .map(|c| FOLDS.get(&c).copied().unwrap_or(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folded(text: &str) -> String {
        text.chars().flat_map(fold).collect()
    }

    #[test]
    fn width_case_and_script_are_folded() {
        assert_eq!(folded("您ＱＱ老賴，嚴禁向親屬披露"), "你qq老赖,严禁向亲属披露");
        assert_eq!(folded("㈱"), "(株)");
    }

    #[test]
    fn the_table_is_made_of_pairs_that_end_where_they_lead() {
        assert_eq!(PAIRS.chars().count() % 2, 0);
        for to in FOLDS.values() {
            assert!(!FOLDS.contains_key(to), "{to} leads on");
        }
    }
}
