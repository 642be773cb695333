//! The press: one package and its fonts, ready to lay out letter after letter.
//!
//! What all letters share (library, fonts, parsed sources, Typst's memory of paragraphs that did
//! not change) is kept between letters; what belongs to one letter goes in as `/data.json` and
//! pictures. Any error or warning of Typst is a refusal.
//!
//! Typst catches endless recursion and endless `while` loops, but has no limit of time, pages or
//! memory and cannot be interrupted. So a layout runs in the press's own thread; if it does not
//! end in time the letter is refused, and the press is stopped for good, because that thread may
//! still be running: it ends with the program. Pages are counted after layout, so memory is
//! bounded by the deadline alone. Source: FINDINGS "Typst 0.15.1 in process".

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{Receiver, RecvTimeoutError, Sender, SyncSender, channel, sync_channel},
    },
    thread,
    time::Duration,
};

use typst::foundations::Bytes;
use typst_layout::PagedDocument;

use super::{
    Composition, FixedText, FontSet, TypesetError,
    diagnosis::{Blotter, refusals},
    glyphs,
    world::{DATA, PackageFiles, Sheet, file_id, is_named, is_plain_picture},
};
use crate::{digest::Digest, problem::Report};

/// Letters between two looks at what Typst remembers; a look goes through all of it.
const EVICT_EVERY: usize = 4;

/// Looks for which a memoised result is kept that nobody asked for. One keeps memory flat: what
/// four to eight letters left is all there is.
const EVICT_AGE: usize = 1;

/// Address space of the press's thread: Typst's nesting limits fit in it with room to spare.
const STACK: usize = 64 << 20;

/// Names of assets a press will ever take; each costs one of Typst's 65,535 file ids for good.
const ASSET_NAMES: usize = 32;

/// What one letter may cost.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Most pages.
    pub pages: usize,
    /// Longest time the layout may take.
    pub deadline: Duration,
    /// Most bytes of `/data.json`.
    pub data: usize,
}

impl Default for Limits {
    /// 20 pages, 10 seconds, 1 MiB.
    fn default() -> Self {
        Self { pages: 20, deadline: Duration::from_secs(10), data: 1 << 20 }
    }
}

/// Pictures of one letter, by virtual path, such as `code.svg`. SVG only.
pub type Assets = BTreeMap<String, Vec<u8>>;

/// Lays out letters of one package. One letter at a time: for two threads take two presses.
pub struct Press {
    fonts: FontSet,
    package: PackageFiles,
    asset_names: Mutex<BTreeSet<String>>,
    line: Mutex<Option<Sender<Job>>>,
    fixed: Arc<FixedText>,
}

struct Job {
    sheet: Sheet,
    blotter: Blotter,
    limits: Limits,
    reply: SyncSender<Outcome>,
}

type Outcome = Result<(PagedDocument, Vec<super::PlacedPage>, Blotter), Vec<Report>>;

impl Press {
    /// A press for the package `files`, given by their path inside it; `layout.typ` is the layout.
    ///
    /// # Errors
    /// All of [`TypesetError::FileName`], [`TypesetError::NoLayout`], [`TypesetError::NotText`]
    /// and [`TypesetError::Picture`] at once; [`TypesetError::EngineFailed`] without a thread.
    pub fn new(fonts: &FontSet, files: BTreeMap<String, Vec<u8>>) -> Result<Self, Vec<Report>> {
        let package = PackageFiles::new(files)?;
        let line = start().map_err(|_| vec![TypesetError::EngineFailed.into()])?;
        Ok(Self {
            fonts: fonts.clone(),
            package,
            asset_names: Mutex::default(),
            line: Mutex::new(Some(line)),
            fixed: Arc::default(),
        })
    }

    /// The same press, which knows what the package writes into each of its letters.
    #[must_use]
    pub fn knowing(mut self, fixed: FixedText) -> Self {
        self.fixed = Arc::new(fixed);
        self
    }

    /// Another press for the same package, for use by another thread. Files and fonts are shared.
    ///
    /// # Errors
    /// [`TypesetError::EngineFailed`] without a thread.
    pub fn another(&self) -> Result<Self, TypesetError> {
        Ok(Self {
            fonts: self.fonts.clone(),
            package: self.package.clone(),
            asset_names: Mutex::default(),
            line: Mutex::new(Some(start().map_err(|_| TypesetError::EngineFailed)?)),
            fixed: Arc::clone(&self.fixed),
        })
    }

    /// Lays out one letter and takes it through the glyph gate.
    ///
    /// `data` becomes `/data.json`. Safe to retry.
    ///
    /// # Errors
    /// All that is wrong at once: [`TypesetError::Layout`], [`TypesetError::LayoutWarning`], or
    /// what the gate refuses. Before that [`TypesetError::AssetName`], [`TypesetError::Picture`]
    /// and [`TypesetError::DataTooLarge`]; [`TypesetError::Overrun`] and, ever after,
    /// [`TypesetError::Stopped`].
    pub fn compose(
        &self,
        data: &serde_json::Value,
        assets: &Assets,
        limits: Limits,
    ) -> Result<Composition, Vec<Report>> {
        let json = data.to_string();
        if json.len() > limits.data {
            return Err(vec![TypesetError::DataTooLarge { limit: limits.data }.into()]);
        }
        let mut letter = self.take_assets(assets)?;
        letter.extend(file_id(DATA).map(|id| (id, Bytes::from_string(json))));
        let Some(sheet) = Sheet::new(self.fonts.clone(), self.package.clone(), letter) else {
            return Err(vec![TypesetError::NoLayout.into()]);
        };
        let (document, pages, blotter) = self.run(sheet, Blotter::of(data), limits)?;
        let given = assets.iter().map(|(path, bytes)| (path.clone(), Digest::of(bytes))).collect();
        let (fixed, fonts) = (Arc::clone(&self.fixed), self.fonts.clone());
        Ok(Composition { document, pages, given, blotter, fixed, fonts })
    }

    fn take_assets(
        &self,
        assets: &Assets,
    ) -> Result<Vec<(typst::syntax::FileId, Bytes)>, Vec<Report>> {
        let mut names = self.asset_names.lock().unwrap_or_else(PoisonError::into_inner);
        let mut taken = Vec::new();
        let mut reports = Vec::new();
        for (path, bytes) in assets {
            let known = names.contains(path);
            let id = Some(path)
                .filter(|path| is_named(path, "svg") && (known || names.len() < ASSET_NAMES))
                .and_then(|path| file_id(path))
                .filter(|&id| !self.package.holds(id));
            let Some(id) = id else {
                reports.push(TypesetError::AssetName { path: path.clone() }.into());
                continue;
            };
            if !is_plain_picture(path, bytes) {
                reports.push(TypesetError::Picture { path: path.clone() }.into());
            }
            names.insert(path.clone());
            taken.push((id, Bytes::new(bytes.clone())));
        }
        if reports.is_empty() { Ok(taken) } else { Err(reports) }
    }

    fn run(&self, sheet: Sheet, blotter: Blotter, limits: Limits) -> Outcome {
        let mut line = self.line.lock().unwrap_or_else(PoisonError::into_inner);
        let (reply, answer) = sync_channel(1);
        let job = Job { sheet, blotter, limits, reply };
        let sent = line.as_ref().is_some_and(|line| line.send(job).is_ok());
        if !sent {
            return Err(vec![TypesetError::Stopped.into()]);
        }
        answer.recv_timeout(limits.deadline).unwrap_or_else(|failure| {
            *line = None;
            Err(vec![match failure {
                RecvTimeoutError::Timeout => {
                    TypesetError::Overrun { seconds: limits.deadline.as_secs() }.into()
                }
                RecvTimeoutError::Disconnected => TypesetError::BrokenOff.into(),
            }])
        })
    }
}

impl fmt::Debug for Press {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Press").field("fonts", &self.fonts).finish_non_exhaustive()
    }
}

fn start() -> std::io::Result<Sender<Job>> {
    let (line, jobs) = channel();
    let name = "press".to_owned();
    thread::Builder::new().name(name).stack_size(STACK).spawn(move || work(&jobs))?;
    Ok(line)
}

/// Works off jobs until the press is dropped or stopped.
fn work(jobs: &Receiver<Job>) {
    // Typst lays out the parts of a letter on a pool of threads. Letters side by side keep all
    // processors busy already, so each press is a pool of its own one thread: nothing is handed
    // over, nobody is woken. Without it the common pool works, only slower.
    let _pool = rayon::ThreadPoolBuilder::new().num_threads(1).use_current_thread().build();
    for (made, Job { sheet, blotter, limits, reply }) in (1_usize..).zip(jobs) {
        let outcome = catch_unwind(AssertUnwindSafe(|| lay_out(&sheet, blotter, limits)))
            .unwrap_or_else(|_| Err(vec![TypesetError::BrokenOff.into()]));
        // After a failure too: a refused letter would otherwise stay in memory.
        if made.is_multiple_of(EVICT_EVERY) {
            comemo::evict(EVICT_AGE);
        }
        // Nobody waits for the answer of a press that was stopped.
        drop(reply.send(outcome));
    }
}

fn lay_out(sheet: &Sheet, blotter: Blotter, limits: Limits) -> Outcome {
    let compiled = typst::compile::<PagedDocument>(sheet);
    let errors = compiled.output.as_ref().err().into_iter().flatten();
    let reports = refusals(sheet, errors.chain(&compiled.warnings), &blotter);
    let document = match compiled.output {
        Ok(document) if reports.is_empty() => document,
        _ => return Err(reports),
    };
    let pages = document.pages().len();
    if pages > limits.pages {
        return Err(vec![TypesetError::TooManyPages { pages, limit: limits.pages }.into()]);
    }
    let placed = glyphs::inspect(&document)?;
    Ok((document, placed, blotter))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::typeset::specimen::{codes, press};

    fn refusal(layout: &str, data: &serde_json::Value) -> Option<Vec<Report>> {
        let press = press(layout)?;
        Some(press.compose(data, &Assets::new(), Limits::default()).unwrap_err())
    }

    #[test]
    fn an_error_is_told_with_its_place_and_without_values_of_the_letter() {
        let layout = "#let data = json(\"data.json\")\n  #panic(data.name)";
        let Some(reports) = refusal(layout, &json!({ "name": "王小明" })) else { return };
        assert_eq!(codes(&reports), ["CH-P010"]);
        assert!(reports[0].english.contains("layout.typ:2:4"), "{}", reports[0]);
        assert!(!reports[0].english.contains("王小明"));
    }

    #[test]
    fn a_warning_is_a_refusal() {
        let Some(reports) = refusal("#set text(font: \"No Such Font\")\n文", &json!({})) else {
            return;
        };
        assert!(codes(&reports).contains(&"CH-P011"), "{reports:?}");
    }

    #[test]
    fn the_world_is_closed() {
        for source in [
            "#import \"@preview/cetz:0.3.0\": canvas",
            "#read(\"/etc/passwd\")",
            "#read(\"../secret\")",
            "#eval(\"1\")",
            "#std.eval(\"1\")",
            "#plugin(\"x.wasm\")",
            "#datetime.today()",
            "#image(\"https://example.invalid/x.png\")",
            "#sys.inputs.user",
        ] {
            let Some(reports) = refusal(&format!("文{source}"), &json!({})) else { return };
            assert!(codes(&reports).contains(&"CH-P010"), "{source}: {reports:?}");
        }
    }

    #[test]
    fn loops_without_end_are_caught() {
        for source in ["#while true {}", "#let f(n) = f(n + 1)\n#f(0)"] {
            let Some(reports) = refusal(source, &json!({})) else { return };
            assert_eq!(codes(&reports), ["CH-P010"], "{source}");
        }
    }

    #[test]
    fn a_layout_that_overruns_stops_its_press_and_no_other() {
        let Some(press) = press("#for a in range(60000) { for b in range(4000) { let c = a } }")
        else {
            return;
        };
        let limits = Limits { deadline: Duration::from_millis(50), ..Limits::default() };
        let reports = press.compose(&json!({}), &Assets::new(), limits).unwrap_err();
        assert_eq!(codes(&reports), ["CH-P012"]);
        let reports = press.compose(&json!({}), &Assets::new(), Limits::default()).unwrap_err();
        assert_eq!(codes(&reports), ["CH-P013"]);
        assert!(press.another().is_ok());
    }

    #[test]
    fn pages_and_data_are_capped() {
        let Some(press) = press("文#pagebreak()文#pagebreak()文") else { return };
        let limits = Limits { pages: 2, ..Limits::default() };
        let reports = press.compose(&json!({}), &Assets::new(), limits).unwrap_err();
        assert_eq!(codes(&reports), ["CH-P014"]);
        let limits = Limits { data: 10, ..Limits::default() };
        let reports = press.compose(&json!("longer than ten"), &Assets::new(), limits).unwrap_err();
        assert_eq!(codes(&reports), ["CH-P008"]);
    }

    #[test]
    fn assets_neither_shadow_the_package_nor_hide_text() {
        let Some(press) = press("文") else { return };
        let assets = [
            ("layout.typ", "x"),
            ("data.json", "{}"),
            ("a/../code.svg", "<svg/>"),
            ("text.svg", "<svg><text>1</text></svg>"),
        ];
        let assets =
            assets.map(|(path, bytes)| (path.to_owned(), bytes.as_bytes().to_vec())).into();
        let reports = press.compose(&json!({}), &assets, Limits::default()).unwrap_err();
        assert_eq!(codes(&reports), ["CH-P007", "CH-P007", "CH-P007", "CH-P006"]);
    }

    #[test]
    fn a_press_goes_on_after_a_refusal() {
        let Some(press) = press("#let data = json(\"data.json\")\n文#data.name") else { return };
        assert!(press.compose(&json!({}), &Assets::new(), Limits::default()).is_err());
        assert!(press.compose(&json!({"name": "王"}), &Assets::new(), Limits::default()).is_ok());
    }
}
