//! Labelled sentences: what has to pass and what has to be refused, with its code.

use super::*;
use crate::problem::Problem;

/// Wording of the shipped documents, with fields and with values put in.
const DOCUMENTS: &[&str] = &[
    "本公司{{agency_name}}（统一社会信用代码{{agency_uscc}}）受{{principal_name}}委托（委托书编号{{mandate_no}}）致函。本公司为民事受托机构，并非国家机关，委托关系可致电{{principal_hotline}}核实。",
    "您对债权、金额或本人身份有异议的，可通过{{dispute_channel}}提出，可一并提供相关材料。本公司收到后即暂停催收，转交{{principal_name}}核实。",
    "请仅通过{{principal_name}}官方渠道还款：{{official_channels}}。本公司及工作人员不收取任何款项，请勿向个人账户或收款码付款。",
    "投诉电话：{{agency_complaint_phone}}；委托人投诉电话：{{principal_complaint_phone}}。",
    "{{agency_name}} 业务联系电话：{{business_phone}} 经办人：{{clerk_name}} {{issue_date}} 函号：{{letter_no}} 核验码：{{check_code}}",
    "截至{{as_of_date}}，您名下{{debt_kind_label}}（合同编号{{contract_no}}，账号{{account_masked}}）尚欠人民币{{amount_total}}元（大写：{{amount_cap}}），其中{{amount_rows}}；此后的利息、违约金依约计算。 催收依据：{{legal_basis}}。 请于{{due_date}}（含当日）前履行还款义务，或与我们协商还款安排。 您有权查询账户明细、取得还款凭证；查询方式：{{inquiry_channel}}。 如您已还款，请忽略本函并保留凭证。",
    "您为{{debtor_name}}与{{principal_name}}之间的{{debt_kind_label}}（合同编号{{contract_no}}）提供连带责任保证，保证期间至{{guarantee_until}}。截至{{as_of_date}}，该笔债务尚欠人民币{{amount_total}}元（大写：{{amount_cap}}）。 请您依约承担连带保证责任，于{{due_date}}（含当日）前与我们联系或履行。",
    "温馨提示：您的{{debt_kind_label}}（账号{{account_masked}}）已于{{original_due_date}}到期，截至{{as_of_date}}应还人民币{{amount_total}}元。 请您于{{due_date}}（含当日）前核对并还款。 如遇困难，请与我们联系，我们将转达您的协商请求。",
    "委托人已于{{prior_notice_date}}向您发出通知（函号{{prior_notice_no}}），截至{{as_of_date}}尚欠人民币{{amount_total}}元。 依据{{citations}}，请您依约履行。 请于{{due_date}}（含当日）前还款或提出协商方案。 逾期未处理的，委托人可能依法通过调解、诉讼等途径主张权利；是否及何时采取由委托人决定。 本函不构成对任何法律责任的认定。",
    "{{recipient_name}}（本人亲启）： 我们有事项需与您本人联系，请于方便时回电。 联系单位：{{agency_postal_name}} 联系电话：{{callback_phone}} 服务时间：{{service_hours}} 联络编号：{{letter_no}} 为保护您的个人信息，详情仅向您本人说明。 意见反馈：{{agency_complaint_phone}}。",
    "甲方（委托人）：{{principal_name}} 乙方（债务人）：{{debtor_name}}（证件{{id_masked}}） 甲方代理人：{{agency_name}} 一、截至{{as_of_date}}，双方确认乙方尚欠甲方人民币{{amount_total}}元（大写：{{amount_cap}}）；分期期间的利息、费用：{{interest_terms}}。 二、乙方按附表分{{n}}期还款，末期为{{final_due}}。 三、还款仅入甲方官方账户：{{official_channels}}；代理人不代收。 四、乙方未按期还款的，{{breach_terms}}。 五、本协议经甲方批准（批准号{{approval_id}}）并经双方签署生效。 六、乙方履行困难的，可于到期前提出变更。 七、争议协商不成的，依法解决。 甲方：＿＿ 乙方：＿＿ 甲方代理人：＿＿ 日期：＿＿",
    "致{{principal_name}}（由{{agency_name}}代为转交）： 本人{{signer_name}}（证件{{id_masked}}）确认截至{{as_of_date}}尚欠人民币{{amount_total}}元。 本人自愿承诺于{{due_date}}（含当日）前通过贵方官方渠道还款人民币{{commit_amount}}元。 本人知悉代理人不收取款项，并已取得本文件副本。 签署系本人真实意思，未受胁迫、误导。 承诺人：＿＿ 日期：＿＿ 在场工作人员：{{agent1}}、{{agent2}}",
    "致{{principal_name}}： 本人{{signer_name}}（证件{{id_masked}}）知悉对{{debtor_name}}的债务无法定还款义务，自愿代为偿还不超过人民币{{cap_amount}}元（大写：{{amount_cap}}），于{{due_date}}（含当日）前通过贵方官方渠道支付。 本承诺系本人真实意思，未受胁迫、误导，本人已取得副本。",
    "您于{{promise_date}}承诺还款人民币{{promise_amount}}元，截至{{as_of_date}}尚未查询到款项入账。 请核对是否已还款；如未还，请于{{due_date}}（含当日）前处理。 继续逾期可能依约产生违约责任，委托人可依法{% if credit_reporting %}如实报送信用信息并{% endif %}主张权利。 我们愿转达您的困难和协商方案。",
    "{{issuer_name}}函告如下，由{{agency_name}}受托送达。 您持有的信用卡（{{card_masked}}）截至{{as_of_date}}透支本金人民币{{overdraft_principal}}元。 发卡银行已于{{notice1_date}}、{{notice2_date}}进行催收，送达记录编号{{evidence_ids}}。 请于{{due_date}}（含当日）前归还，或联系{{issuer_hotline}}协商。 是否构成相应法律责任由有权机关依法认定，本函不作认定。",
    "{{unit_name}}： 现凭{{consent_or_court_ref}}，请贵单位协助向{{person_name}}转交密封信函一件（编号{{letter_no}}）。 该信函仅供本人拆阅，贵单位无须知悉内容，亦不承担任何义务。 不便协助的，请按原址退回。 {{agency_postal_name}} {{agency_phone}}",
    "{{law_firm_name}}（执业许可证号{{firm_license}}）接受{{principal_name}}委托，指派{{lawyer_name}}律师（执业证号{{lawyer_license}}）出具所附律师函。 附件函号：{{firm_letter_no}}，共{{pages}}页，SHA-256：{{attachment_hash}}。 {{agency_name}}仅代为转送，不对法律意见负责。 真实性可致电{{firm_phone}}核验。",
    "根据{{principal_name}}的授权，我方于{{visit_date}}对{{debtor_name}}客户进行了现场访问（目的：{{purpose}}），经过友好协商，我们已经达成了关于还款安排的共识，详情如下： {{terms_table}}（合计人民币{{total}}元，大写：{{amount_cap}}） 上述安排须经委托人批准后生效。 访问时间：{{start}}至{{end}} 地点：{{place}} 人员：{{agent1}}（{{badge1}}）、{{agent2}}（{{badge2}}），均已出示证件。 录音编号：{{audio_id}} 录像编号：{{video_id}}（关闭原因及时间：{{video_off}}） 客户确认：＿＿。",
    "受{{principal_name}}的委托，我方于{{visit_date}}走访了{{debtor_name}}客户进行洽谈（目的：{{purpose}}），遗憾的是，尽管经过双方深入讨论，双方至今仍未就还款协议达成共识。 客户陈述：{{debtor_statement}}（按原意记录，未作评价） 异议或困难：{{objection}}（将转委托人） 时间、地点、人员、录音录像编号：{{visit_facts}} 本声明仅记录访问事实，不影响双方权利。 客户签名（自愿）：＿＿",
    "受{{principal_name}}委托，我方于{{start}}至{{end}}前往{{place}}（目的：{{purpose}}），{{finding}}。 地址核实：{{address_check}}。 留存文书：回电通知书（封号{{seal_no}}），交付或投递：{{handed_to}}。 未向任何第三人披露债务信息。",
    "据称本人已被羁押，待核实。",
    "据称已因另案被判刑，待核实。",
    "案号{{case_no}}，受{{principal_name}}委托，于{{visit_date}}由{{agent1}}、{{agent2}}实施外访，目的：{{purpose}}。 地址核实：{{address_check}}；门牌照片：{{photo_id}}（SHA-256 {{photo_hash}}）。 过程：{{facts}}；送达文书：{{docs_left}}；退回文书：{{docs_returned}}。 结果：{{outcome}}；未向第三人披露债务信息。 异常情况：{{incident}}。 报告人：＿＿ 复核人：＿＿",
    "计划日期{{date}} 区域{{area}} 编制{{planner}} 批准{{approver1}}/{{approver2}}；序号｜案号｜对象（脱敏）｜目的｜地址核实｜上次访问｜特殊群体｜暂停标识｜人员｜设备",
    "尊敬的客户张明，我代表安信专业服务机构，作为安信催收公司的实地访问专员李宁，此行的目的是通知您，关于在某金融机构的贷款，截止目前尚有未偿余额1,409.50元。我们的目标是与您共同讨论这笔贷款的还款安排。若客户您倾向于不接受录像，但愿意进行协商，我们将尊重您的决定，在确认您有谈判意愿后关闭摄像设备，同时确保录音设备的正常运行记录对话过程。",
    "尊敬的客户，我们理解并尊重您的需求，即关闭摄像设备。然而，关于此笔贷款的还款安排，我们希望得到您的配合，进行进一步协商。",
    "我们首先表示对您能就还款问题进行商谈的感激。在此，我们有必要声明，为了保障双方的合法权益，一旦察觉到可能的过激行为迹象，我们将立即启动录像设备以记录情况。",
    "文书：{{doc_title}} 编号：{{letter_no}} 受送达人：{{recipient_name}} 送达方式：{{mode}} 地址：{{address}} 送达时间：{{time}} 送达人：{{agent1}}、{{agent2}} 签收：＿＿（签收仅表示收到，不代表认可内容） 拒收或未遇：{{reason}}，留存证据{{evidence_ids}}。",
    "518000 深圳市南山区某路1号 张明　亲启　他人误收请勿拆阅并按原址退回",
    "他人误收请勿拆阅",
    "{{insurer_name}}就保险单{{policy_no}}项下{{accident_date}}发生的保险事故，已于{{paid_date}}向被保险人支付保险赔偿金人民币{{indemnity}}元（大写：{{amount_cap}}）。依据《中华人民共和国保险法》第六十条，保险人自赔偿之日起，在赔偿金额范围内代位行使被保险人对您请求赔偿的权利。 现请求金额人民币{{demand}}元，责任依据：{{liability_basis}}。 请于{{due_date}}（含当日）前支付或提出意见。 收到本函后，请勿再就同一损失向被保险人重复赔付。",
    "您于{{objection_date}}提出的异议（编号{{reply_no}}）已收到，我们已暂停催收，并于{{forward_date}}转交委托人核实。 有结果后将书面告知您；其间您无需采取任何措施。",
    "兹证明案号{{case_no}}的证据包{{bundle_id}}已于{{archived_at}}归档。 文件{{file_count}}件，共{{bytes}}字节；清单SHA-256：{{manifest_hash}}。 签名证书指纹：{{key_fp}}。 保管期限至{{last_day_kept}}（含当日），暂停销毁：{{hold}}。",
    "证据包{{bundle_id}}（清单哈希{{manifest_hash}}）保管期限已于{{last_day_kept}}届满。 经{{approver_agency}}及{{principal_name}}批准（批准号{{approval_id}}），无诉讼、投诉、审计等暂停销毁情形。 已于{{destroyed_at}}以{{method}}销毁，本系统不再保存副本。",
    "核验范围：{{scope}} 核验时间：{{time}} 核验人：{{auditor}} 工具版本：{{version}} 应核{{expected}}件，实核{{checked}}件；一致{{ok}}，缺失{{missing}}，多余{{extra}}，内容变更{{changed}}，签名无效{{bad_sig}}。 登记链：{{chain_result}}（首个异常：{{first_bad}}） 本报告不修改任何被核验文件。",
    "{{agency_name}}受{{principal_name}}委托签发信函统计表（{{month}}） 签发{{issued}}、送达{{delivered}}、退回{{returned}}、回复{{replied}}、拒绝生成{{refused}}（按原因：{{reasons}}）。 金额核对差异{{deviations}}件，偏离率{{rate}}（上限0.1%）。 异议{{disputes}}、投诉{{complaints}}、暂停{{holds}}。",
    "{{principal_name}}：现报告案号{{case_no}}：{{event_kind}}（否认交易／身份不符／小额异议／投诉／声誉风险），发生于{{occurred_at}}，经过：{{facts}}。 已采取：{{hold}}。 证据：{{evidence_ids}}。 请于{{answer_due}}前书面答复；{{outcome_if_known}}。",
    "{{principal_name}}：{{occurred_at}}于{{place}}发生{{incident_kind}}（肢体冲突自卫／设备故障／声誉风险事件）。 人员：{{agents}}。 经过：{{facts}}。 已报警：{{police_report}}；已采取：{{measures}}。 报告时限：{{deadline}}。",
    "您{{reply_date}}的来函（编号{{reply_no}}）收悉。{{principal_answer}}",
    "您于{{objection_date}}提出的异议（编号{{reply_no}}），委托人已于{{finding_date}}核实，结果为：{{finding}}。 {{next_step}} 如仍有异议，可向委托人投诉或依法寻求救济。",
];

/// Other sentences a lawful letter or internal paper may hold.
const LAWFUL: &[&str] = &[
    "我司受某财产保险股份有限公司委托，就您名下欠款事宜函告如下。",
    "如您对金额有异议，可于收到本函后提出并提供证据，我司将暂停催收并转交委托人核实。",
    "请勿向催收人员个人支付任何款项。",
    "严禁侮辱、恐吓。",
    "本公司不会通知您的家人、单位或邻居。",
    "我们不会向任何第三人透露您的债务信息。",
    "未经您同意，我司不得联系您的亲友。",
    "严禁将债务信息告知债务人的同事、邻居或村委会。",
    "严禁在小区、楼道等公共区域张贴催收函件。",
    "本函不会以任何方式公开或张贴。",
    "我司承诺不曝光您的任何信息。",
    "禁止以曝光、张贴公告等方式催收。",
    "工作人员不得以拘留、坐牢等言语威胁债务人。",
    "严禁冒用公检法工作人员或委托机构员工的名义进行催收。",
    "我司并非公安机关、法院或其他国家机关。",
    "我们不是公安机关，也不是法院工作人员。",
    "本公司不是人民法院，无权冻结您的账户。",
    "我司无权冻结、查封或扣押您的财产。",
    "本函并非法院传票，不具有强制执行效力。",
    "本函不属于立案通知。",
    "是否构成犯罪由司法机关依法认定，本函不作任何评价。",
    "是否属于恶意透支由有权机关依法认定。",
    "依据《中华人民共和国民法典》第五百七十七条，请您依约履行。",
    "依据《最高人民法院关于审理民间借贷案件适用法律若干问题的规定》，利息依约计算。",
    "引用条文：《中华人民共和国刑法》第一百九十六条（仅供核对）。",
    "委托人可能依法通过调解、诉讼等途径主张权利。",
    "逾期信息可能由委托人依法如实报送信用信息。",
    "您有权向委托人或监管部门投诉。",
    "如遇催收人员威胁、恐吓或要求转入个人账户，请立即拨打投诉电话举报。",
    "如有人自称公安人员要求您转账，请勿相信并立即报警。",
    "如工作人员要求以个人微信收款，您有权拒绝并投诉。",
    "如发现有人冒充我司催收人员骚扰您，请向委托人投诉。",
    "任何人员要求您向个人账户还款的，均与本公司无关。",
    "上门抓捕、拘留等言论属违规行为。",
    "侮辱、谩骂债务人的，一律禁止使用老赖、无赖等词语。",
    "催收记录中不得出现老赖、无赖、白痴等贬低性言辞。",
    "严禁使用“老赖”“白痴”等侮辱性称谓。",
    "严禁以下行为：威胁、恐吓；张贴公告；通知家人；使用个人微信收款。",
    "我司不收取任何催收费、上门费或差旅费。",
    "外访人员不得上门收取现金。",
    "请勿将现金交给外访人员。",
    "请通过委托人官方网站公布的渠道还款。",
    "请仅通过委托人官方微信公众号查询账单。",
    "官方渠道以委托人官网公示为准。",
    "客服热线每日24小时服务，您可随时致电核实。",
    "服务时间：每日9:00至18:00，欢迎来电咨询。",
    "请于2024年5月7日（含当日）前与我们联系。",
    "请于收到本函后七日内核对账务。",
    "减免事宜须经委托人批准，本公司无权承诺。",
    "我司不得擅自承诺减免。",
    "本公司无权减免您的债务。",
    "是否减免由委托人决定。",
    "未经委托人批准，不得承诺减免或打折。",
    "我们可将您的减免请求转达委托人。",
    "如因重病、经济困难等原因无法按期还款，可告知我们，我们将转达委托人。",
    "如您处于怀孕期间或患有疾病，可告知我们以便调整沟通方式。",
    "您可与家人商议后再答复我们。",
    "本函仅寄送您本人，他人误收请按原址退回。",
    "我们不使用短信、微信催收。",
    "严禁利用移动电话、短信、微信、QQ催收。",
    "严禁采用暴力手段、侮辱、恐吓、诽谤或骚扰等不当催收方式。",
    "不得与债务人或任何第三方发生任何形式的身体对抗。",
    "不得不间断拨打电话骚扰债务人。",
    "每日拨打电话不超过十次。",
    "我们不会每天给您打电话。",
    "避免在门口、走廊或小区内张贴。",
    "谨防冒充公检法的诈骗电话。",
    "谨防骗子以我司名义收取费用。",
    "本公司系民事受托机构，不代表任何国家机关。",
    "请核对收款单位是否为委托人，切勿扫码付款。",
    "我司不会要求您的父母或配偶代为还款。",
    "您的子女及家人不承担本笔债务，我们不会联系他们。",
    "除法律另有规定外，亲属没有义务代您偿还。",
    "如您已与委托人达成和解，请忽略本函。",
    "您可以向委托人申请分期还款方案。",
    "对账单明细请登录委托人官方渠道查询。",
    "债权转让公告以委托人发布为准。",
    "本次来访全程录音录像，仅用于留存证据。",
    "您有权拒绝录像，我们将尊重您的决定。",
    "我司不建议您通过借新还旧、套现等方式还款。",
    "请勿轻信征信修复、删除逾期记录等宣传。",
    "我们将严肃处理威胁、恐吓债务人的行为。",
    "请妥善保管本函，避免他人知悉。",
    "如联系方式有变，请及时告知我们。",
    "您的个人账户信息将依法保密。",
    "We do not disclose your debt to your family or employer.",
    "嚴禁向債務人的親屬披露債務信息。",
];

/// What no letter may say, with the code of a rule that must be among the findings.
const UNLAWFUL: &[(&str, &str)] = &[
    ("CH-W001", "再不还款，公安机关将于三日内上门抓捕。"),
    ("CH-W001", "如不还款您将坐牢。"),
    ("CH-W001", "我们将依法追究您的刑事责任。"),
    ("CH-W001", "明日我司将向公安局报案。"),
    ("CH-W001", "警方会到你单位把你带走。"),
    ("CH-W001", "不得不请公安上门抓捕您。"),
    ("CH-W001", "请勿逾期否则公安机关会上门拘留您。"),
    ("CH-W001", "您不得逃避我们将移送公安机关。"),
    ("CH-W001", "为避免被拘留，请尽快还款。"),
    ("CH-W001", "逾期未还将被网上通缉。"),
    ("CH-W001", "材料已转交经侦，等待传唤。"),
    ("CH-W001", "请勿拖延。民警明天到你家。"),
    ("CH-W001", "不还钱就等着判刑吧。"),
    ("CH-W001", "您拒不还款，将被刑事拘留。"),
    ("CH-W001", "抓\u{200B}捕 组已出发"),
    ("CH-W001", "公安機關將上門抓捕"),
    ("CH-W001", "我们会报警处理。"),
    ("CH-W002", "逾期不还将构成信用卡诈骗罪，处五年以下有期徒刑。"),
    ("CH-W002", "您的行为已经构成犯罪。"),
    ("CH-W002", "您已涉嫌贷款诈骗。"),
    ("CH-W002", "您恶意拖欠，性质恶劣。"),
    ("CH-W002", "你就是诈骗犯。"),
    ("CH-W003", "你这个老赖、无赖，白痴！"),
    ("CH-W003", "老-赖还钱"),
    ("CH-W003", "老 赖"),
    ("CH-W003", "老賴"),
    ("CH-W003", "您真是不要脸。"),
    ("CH-W003", "请勿做老赖。"),
    ("CH-W003", "没有诚信的人渣。"),
    ("CH-W003", "逾期债务人张某。"),
    ("CH-W003", "ｌａｏｌａｉ"),
    ("CH-W004", "我们是市公安局经侦大队。"),
    ("CH-W004", "这里是人民法院执行局。"),
    ("CH-W004", "我是银行工作人员，请配合。"),
    ("CH-W004", "受人民法院委托，现通知您还款。"),
    ("CH-W004", "我行已决定对您采取措施。"),
    ("CH-W004", "本律师郑重告知您。"),
    ("CH-W004", "人民法院通知您于明日到庭。"),
    ("CH-W004", "我们将以公安机关名义发函。"),
    ("CH-W004", "我司是国家机关授权单位。"),
    ("CH-W004", "专案组已介入。"),
    ("CH-W005", "请将款项转入催收员个人微信收款码。"),
    ("CH-W005", "请把现金交给上门的工作人员。"),
    ("CH-W005", "可以扫码付款给我。"),
    ("CH-W005", "请转到我的支付宝。"),
    ("CH-W005", "请向外访员支付五百元。"),
    ("CH-W005", "款项请汇入我司账户。"),
    ("CH-W005", "我们可上门收款。"),
    ("CH-W005", "请存入经办人账户。"),
    ("CH-W005", "请打到私户。"),
    ("CH-W005", "请勿迟延，将钱转给业务员。"),
    ("CH-W006", "我们将通知您的单位领导和家人。"),
    ("CH-W006", "逾期将联系您的邻居和村委会。"),
    ("CH-W006", "如不能按时还款将通知您的家属。"),
    ("CH-W006", "不得不将欠款情况告知您的单位。"),
    ("CH-W006", "不排除向您的同事披露欠款。"),
    ("CH-W006", "让全村人都知道您欠钱。"),
    ("CH-W006", "我们会致电您的紧急联系人。"),
    ("CH-W006", "将向您的亲友催收。"),
    ("CH-W006", "请转告您的儿子尽快还款。"),
    ("CH-W006", "我们将到你单位找领导讨要说法。"),
    ("CH-W006", "不仅要通知您的父母，还要发函到学校。"),
    ("CH-W006", "未还款的，将向第三人透露债务信息。"),
    ("CH-W007", "将在小区张贴公告。"),
    ("CH-W007", "我们会在朋友圈曝光您。"),
    ("CH-W007", "您的照片将发布到网络。"),
    ("CH-W007", "将向媒体公布您的欠款。"),
    ("CH-W007", "在村口拉横幅。"),
    ("CH-W007", "让您身败名裂。"),
    ("CH-W008", "我们每天都会给您打电话。"),
    ("CH-W008", "24小时不停拨打您的电话。"),
    ("CH-W008", "将爆通讯录。"),
    ("CH-W008", "我们会一直骚扰您。"),
    ("CH-W008", "半夜也会上门催收。"),
    ("CH-W008", "逾期我司将上门。"),
    ("CH-W008", "借款合同，逾期不还的，我们就上门。"),
    ("CH-W008", "我们知道你住哪。"),
    ("CH-W009", "将把您列入黑名单。"),
    ("CH-W009", "您将成为失信被执行人。"),
    ("CH-W009", "您的征信将永久受损。"),
    ("CH-W009", "今天不还立即上征信。"),
    ("CH-W010", "法院已立案，即将冻结您的全部账户。"),
    ("CH-W010", "法院传票已发出。"),
    ("CH-W010", "将查封您的房产。"),
    ("CH-W010", "案件已进入司法程序。"),
    ("CH-W010", "将对您强制执行。"),
    ("CH-W010", "委托人已起诉您。"),
    ("CH-W011", "您将被限制高消费、不能乘坐高铁。"),
    ("CH-W011", "我们会限制您出境。"),
    ("CH-W011", "将取消您的低保。"),
    ("CH-W012", "逾期不还，后果自负。"),
    ("CH-W012", "这是最后通牒。"),
    ("CH-W012", "请今日还款，否则我们将采取强制措施。"),
    ("CH-W012", "限您今日还清。"),
    ("CH-W012", "敬酒不吃吃罚酒。"),
    ("CH-W012", "勿谓言之不预。"),
    ("CH-W012", "我们不会放过您。"),
    ("CH-W012", "由此产生的一切后果由您承担。"),
    ("CH-W013", "每拖一天罚款一百元。"),
    ("CH-W013", "您需另付上门费二百元。"),
    ("CH-W013", "利滚利，越拖越多。"),
    ("CH-W014", "您的孩子将无法上学。"),
    ("CH-W014", "会影响您子女的政审。"),
    ("CH-W014", "我们知道您患有癌症。"),
    ("CH-W014", "想想您的父母吧。"),
    ("CH-W014", "请还款以免影响孩子。"),
    ("CH-W015", "小心打断你的腿。"),
    ("CH-W015", "不还就泼油漆。"),
    ("CH-W015", "出门注意安全。"),
    ("CH-W015", "我们将采取暴力手段。"),
    ("CH-W016", "请让您的父母替您还款。"),
    ("CH-W016", "父债子还，天经地义。"),
    ("CH-W017", "请添加催收员微信联系。"),
    ("CH-W017", "我们将通过短信通知您。"),
    ("CH-W018", "去借钱也要还上。"),
    ("CH-W018", "可以套现还款。"),
    ("CH-W019", "还清后可为您修复征信。"),
    ("CH-W001", "You will be arrested."),
    ("CH-W006", "We will inform your employer."),
];

/// What stands only with the principal's approval.
const CONCESSIONS: &[&str] = &[
    "今日还款可减免全部利息。",
    "一次性结清可打八折。",
    "只需还本金即可结清。",
    "我司同意为您分期三十六期。",
    "本月还款免收违约金。",
    "减 免 罚 息",
    "經辦人可為您減免利息。",
    "We can waive all interest.",
];

fn told(text: &str) -> String {
    let codes: Vec<String> = scan(text)
        .findings
        .iter()
        .map(|finding| format!("{}:{}", finding.rule.code().code, &text[finding.bytes.clone()]))
        .collect();
    format!("{text} → {codes:?}")
}

/// Runs texts that pass, and tells all that do not at once.
fn pass(texts: &[&str]) {
    let refused: Vec<String> = texts
        .iter()
        .filter(|text| scan(text).verdict() != Verdict::Pass)
        .map(|text| told(text))
        .collect();
    assert!(refused.is_empty(), "{refused:#?}");
}

#[test]
fn the_wording_of_the_documents_passes() {
    pass(DOCUMENTS);
}

#[test]
fn every_shipped_wording_passes() {
    let templates = std::path::PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("letter_templates");
    let mut folders = vec![templates];
    let (mut read, mut refused) = (0, Vec::new());
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|kind| kind == "tera") {
                let text = std::fs::read_to_string(&path).unwrap();
                read += 1;
                if scan(&text).verdict() != Verdict::Pass {
                    refused.push(format!("{}: {:?}", path.display(), scan(&text).findings.len()));
                }
            }
        }
    }
    assert!(read > 30 && refused.is_empty(), "{read} {refused:#?}");
}

#[test]
fn lawful_sentences_pass() {
    pass(LAWFUL);
}

#[test]
fn unlawful_sentences_are_refused_by_their_rule() {
    let missed: Vec<String> = UNLAWFUL
        .iter()
        .filter(|(code, text)| {
            let scan = scan(text);
            scan.verdict() != Verdict::Refuse
                || !scan.findings.iter().any(|finding| finding.rule.code().code == *code)
        })
        .map(|(code, text)| format!("{code} {}", told(text)))
        .collect();
    assert!(missed.is_empty(), "{missed:#?}");
}

#[test]
fn labelled_sentences_get_their_verdict() {
    let lines = include_str!("sentences.txt").lines().filter(|line| !line.starts_with('#'));
    let wrong: Vec<String> = lines
        .filter_map(|line| line.split_once(' '))
        .filter(|(verdict, text)| scan(text).verdict().name() != *verdict)
        .map(|(verdict, text)| format!("{verdict}: {}", told(text)))
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn concessions_need_approval() {
    let wrong: Vec<String> = CONCESSIONS
        .iter()
        .filter(|text| scan(text).verdict() != Verdict::RefuseUnlessApproved)
        .map(|text| told(text))
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn a_lawful_sentence_does_not_shield_the_next() {
    for (_, unlawful) in UNLAWFUL {
        for lawful in ["请勿向个人账户付款。", "本公司并非国家机关；", "严禁侮辱、恐吓。\n"]
        {
            let both = format!("{lawful}{unlawful}");
            assert_eq!(scan(&both).verdict(), Verdict::Refuse, "{}", told(&both));
        }
    }
}

#[test]
fn findings_tell_code_source_and_place() {
    let text = "你是老 賴。";
    let scan = scan(text);
    let finding = scan.findings.first().unwrap();
    assert_eq!(finding.rule, Rule::Insult);
    assert_eq!(&text[finding.bytes.clone()], "老 賴");
    assert!(finding.rule.source().contains("L303"));
}

proptest::proptest! {
    #[test]
    fn no_text_makes_the_scan_fall(text in "[\\PC\n]{0,80}") {
        for finding in scan(&text).findings {
            proptest::prop_assert!(text.get(finding.bytes).is_some());
        }
    }
}
