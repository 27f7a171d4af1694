//! What is wrong with the files: one finding per problem, with the place to underline and the fix.
//!
//! Findings hold no secret: they quote names and public values only, and the text they underline is the masked copy of
//! its file.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

use super::file::SourceFile;

/// A value with its place in a file.
#[derive(Clone, Debug, PartialEq)]
pub struct Spot<T> {
    /// The value.
    pub value: T,
    /// Bytes of the file that say so.
    pub span: Range<usize>,
}

impl<T> Spot<T> {
    /// A value at a place.
    pub fn new(value: T, span: Range<usize>) -> Spot<T> {
        Spot { value, span }
    }
}

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The gateway does not start.
    Error,
    /// It starts, but somebody should know.
    Warning,
    /// Nothing is wrong; it could be better.
    Hint,
}

/// The stage of `check` that a finding belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// The files read as what they are: TOML, known keys, values of the right kind.
    Syntax,
    /// Names are valid, unique, and resolve.
    Names,
    /// Types fit each other and their columns.
    Types,
    /// The databases can be reached.
    Connectivity,
    /// The model says what the live catalogs say.
    Catalog,
    /// The databases' users may read, and nothing else.
    Rights,
    /// Salesforce Connect will show it as meant.
    Lint,
}

impl Stage {
    /// All of them, in their order.
    pub const ALL: [Stage; 7] =
        [Stage::Syntax, Stage::Names, Stage::Types, Stage::Connectivity, Stage::Catalog, Stage::Rights, Stage::Lint];

    /// Whether it asks the databases.
    pub fn is_live(self) -> bool {
        matches!(self, Stage::Connectivity | Stage::Catalog | Stage::Rights)
    }

    /// What `check` calls it.
    pub fn name(self) -> &'static str {
        match self {
            Stage::Syntax => "syntax",
            Stage::Names => "names",
            Stage::Types => "types",
            Stage::Connectivity => "connectivity",
            Stage::Catalog => "live catalog",
            Stage::Rights => "rights",
            Stage::Lint => "Salesforce lint",
        }
    }
}

macro_rules! codes {
    ($($(#[$doc:meta])* $variant:ident $text:literal $stage:ident,)*) => {
        /// What kind of problem it is. The texts are stable: people search for them.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code { $($(#[$doc])* $variant,)* }

        impl Code {
            /// The stable text.
            pub fn text(self) -> &'static str {
                match self { $(Code::$variant => $text,)* }
            }

            /// The stage that finds it.
            pub fn stage(self) -> Stage {
                match self { $(Code::$variant => Stage::$stage,)* }
            }
        }
    };
}

codes! {
    /// A file cannot be read.
    Unreadable "unreadable" Syntax,
    /// Not TOML.
    Toml "toml" Syntax,
    /// A key that does not exist.
    UnknownKey "unknown-key" Syntax,
    /// A key that must be there is not.
    MissingKey "missing-key" Syntax,
    /// A value of the wrong kind.
    WrongKind "wrong-kind" Syntax,
    /// A number where a unit is needed, or a unit that does not exist.
    Unit "unit" Syntax,
    /// A number outside its range.
    OutOfRange "out-of-range" Syntax,
    /// A text that is none of the allowed ones, or not of the form asked for.
    BadValue "bad-value" Syntax,
    /// A reference to a variable or file that is not there.
    Reference "reference" Syntax,
    /// Something is missing that only a loopback address may do without.
    NotLoopback "not-loopback" Syntax,
    /// Settings that contradict each other.
    Conflict "conflict" Syntax,
    /// A name that is not allowed.
    BadName "bad-name" Names,
    /// A name used twice.
    DuplicateName "duplicate-name" Names,
    /// A name that stands for nothing.
    UnknownName "unknown-name" Names,
    /// An entity set without a key.
    NoKey "no-key" Names,
    /// A key property that cannot be one.
    BadKey "bad-key" Types,
    /// A type without its length, precision or scale.
    MissingFacet "missing-facet" Types,
    /// A facet that the type does not have.
    StrayFacet "stray-facet" Types,
    /// Types that do not fit.
    TypeMismatch "type-mismatch" Types,
    /// Values of a flag column that cannot be told apart or do not fit the column.
    BadFlags "bad-flags" Types,
    /// A decimal that SQLite keeps as a float.
    InexactDecimal "inexact-decimal" Types,
    /// A database cannot be reached, or gives no catalog.
    Unreachable "unreachable" Connectivity,
    /// A table or view that is not there.
    NoTable "no-table" Catalog,
    /// A column that is not there.
    NoColumn "no-column" Catalog,
    /// A column of another type than the model says.
    ColumnType "column-type" Catalog,
    /// A column that may be null, or never is, other than the model says.
    ColumnNull "column-null" Catalog,
    /// A column that holds more than the model says.
    ColumnLength "column-length" Catalog,
    /// A column whose comparison is exact, or is not, other than the model says.
    ColumnExact "column-exact" Catalog,
    /// A column that the model does not have.
    NewColumn "new-column" Catalog,
    /// A key that nothing keeps unique.
    KeyUnique "key-not-unique" Catalog,
    /// An index of the model that the database does not have, or the other way round.
    IndexDrift "index-drift" Catalog,
    /// Properties that no index begins with.
    Unindexed "unindexed" Catalog,
    /// A table that the user may not read.
    NoRight "no-right" Rights,
    /// A user that may write.
    MayWrite "may-write" Rights,
    /// More digits than Salesforce keeps.
    Digits "salesforce-digits" Lint,
    /// Text that Salesforce cannot filter.
    LongText "salesforce-long-text" Lint,
    /// A type that Salesforce does not take as it is.
    Shown "salesforce-type" Lint,
    /// A key that does not survive the round trip.
    KeyEcho "salesforce-key" Lint,
    /// A name that Salesforce already uses.
    StandardName "salesforce-name" Lint,
    /// A key that no index serves.
    KeyIndex "key-index" Lint,
    /// More entity sets than one sync takes.
    ManySets "salesforce-many-sets" Lint,
}

/// A place in a file.
#[derive(Clone, Debug)]
pub struct Place {
    /// The file.
    pub file: Arc<SourceFile>,
    /// Bytes to underline.
    pub span: Range<usize>,
}

/// One problem.
#[derive(Clone, Debug)]
pub struct Finding {
    /// How bad it is.
    pub severity: Severity,
    /// What kind of problem it is.
    pub code: Code,
    /// What is wrong, in one sentence.
    pub message: String,
    /// Where; `None` when it concerns no text (a file that cannot be read).
    pub place: Option<Place>,
    /// What stands beside the underlined text.
    pub label: String,
    /// The fix.
    pub help: Option<String>,
}

impl Finding {
    /// An error at a place.
    pub fn error(code: Code, file: &Arc<SourceFile>, span: Range<usize>, message: impl Into<String>) -> Finding {
        Finding {
            severity: Severity::Error,
            code,
            message: message.into(),
            place: Some(Place { file: file.clone(), span }),
            label: String::new(),
            help: None,
        }
    }

    /// A warning at a place.
    pub fn warning(code: Code, file: &Arc<SourceFile>, span: Range<usize>, message: impl Into<String>) -> Finding {
        Finding { severity: Severity::Warning, ..Finding::error(code, file, span, message) }
    }

    /// What stands beside the underlined text.
    pub fn label(mut self, label: impl Into<String>) -> Finding {
        self.label = label.into();
        self
    }

    /// The fix.
    pub fn help(mut self, help: impl Into<String>) -> Finding {
        self.help = Some(help.into());
        self
    }

    fn same_as(&self, other: &Finding) -> bool {
        let place = |f: &Finding| f.place.as_ref().map(|p| (p.file.path.clone(), p.span.clone()));
        self.code == other.code && self.message == other.message && place(self) == place(other)
    }
}

/// Collects findings, and the keys that readers asked for.
#[derive(Debug, Default)]
pub struct Report {
    findings: RefCell<Vec<Finding>>,
    asked: RefCell<BTreeSet<(&'static str, &'static str)>>,
    errors: Cell<usize>,
}

impl Report {
    /// Adds a finding; one that is already there (a model mounted twice) is not added again.
    pub fn add(&self, finding: Finding) {
        let mut findings = self.findings.borrow_mut();
        if findings.iter().any(|known| known.same_as(&finding)) {
            return;
        }
        if finding.severity == Severity::Error {
            self.errors.set(self.errors.get() + 1);
        }
        findings.push(finding);
    }

    /// Errors so far.
    pub fn errors(&self) -> usize {
        self.errors.get()
    }

    /// Remembers that a key of a section exists.
    pub fn ask(&self, section: &'static str, key: &'static str) {
        self.asked.borrow_mut().insert((section, key));
    }

    /// Takes over what another report holds, each finding changed by `change`.
    pub fn absorb(&self, other: Report, change: impl Fn(Finding) -> Finding) {
        self.asked.borrow_mut().extend(other.asked.into_inner());
        for finding in other.findings.into_inner() {
            self.add(change(finding));
        }
    }

    /// Every key asked for, by section.
    pub fn asked(&self) -> BTreeSet<(&'static str, &'static str)> {
        self.asked.borrow().clone()
    }

    /// The findings, by stage, file and place.
    pub fn into_findings(self) -> Vec<Finding> {
        let mut findings = drop_echoes(self.findings.into_inner());
        findings.sort_by_key(|f| {
            let place = f.place.as_ref().map(|p| (p.file.rank, p.span.start));
            (f.severity, f.code.stage(), place)
        });
        findings
    }
}

/// In a file that is not TOML, what the parser could not see is not missing, and names may be lost: only findings about
/// the shape of other lines are kept beside the syntax errors.
fn drop_echoes(findings: Vec<Finding>) -> Vec<Finding> {
    let broken: Vec<(u32, usize)> = findings
        .iter()
        .filter(|f| f.code == Code::Toml)
        .filter_map(|f| f.place.as_ref().map(|p| (p.file.rank, p.file.line_of(p.span.start))))
        .collect();
    let keep = |f: &Finding| {
        let Some(place) = &f.place else { return true };
        if f.code == Code::Toml || !broken.iter().any(|(rank, _)| *rank == place.file.rank) {
            return true;
        }
        let line = place.file.line_of(place.span.start);
        matches!(f.code, Code::UnknownKey | Code::WrongKind | Code::Unit | Code::OutOfRange | Code::BadValue)
            && !broken.contains(&(place.file.rank, line))
    };
    findings.into_iter().filter(keep).collect()
}
