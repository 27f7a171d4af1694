//! Each stage's error as a fault: one function per stage, every variant written out, so that a new one needs a row.

use std::time::Duration;

use contract::render::RenderError;

use super::{Code, Detail, Fault};
use crate::encode::EncodeError;
use crate::engine::{EngineError, TokenError};
use crate::odata::{LimitName, Part, SyntaxError, SyntaxErrorKind};
use crate::plan::PlanError;
use crate::policy::Denied;
use crate::source::{SourceError, TimedOut};

/// A source that cannot be reached is worth another try after so long.
const UNAVAILABLE_RETRY: Duration = Duration::from_secs(10);

impl From<SyntaxError> for Fault {
    fn from(error: SyntaxError) -> Fault {
        use SyntaxErrorKind as Kind;
        let code = match &error.kind {
            Kind::Expected { .. } => Code::Expected,
            Kind::UnknownOption { .. } => Code::UnknownOption,
            Kind::UnknownSegment { .. } => Code::UnknownSegment,
            Kind::DuplicateOption { .. } => Code::DuplicateOption,
            Kind::BadPercentEncoding => Code::PercentEncoding,
            Kind::InvalidUtf8 => Code::InvalidUtf8,
            Kind::LimitExceeded { limit: LimitName::UrlBytes, .. } => Code::UrlTooLong,
            Kind::LimitExceeded { .. } => Code::SyntaxLimit,
            Kind::BadNumber { .. } => Code::BadNumber,
            Kind::BadLiteral { .. } => Code::BadLiteral,
            Kind::UnterminatedString => Code::UnterminatedString,
            Kind::V2Suffix { .. } => Code::OldSuffix,
            Kind::V2Literal { .. } => Code::OldLiteral,
            Kind::Unsupported { .. } => Code::SyntaxUnsupported,
        };
        let fault = Fault::new(code, error.to_string());
        match (error.kind, error.part) {
            (Kind::UnknownOption { name, .. } | Kind::UnknownSegment { name, .. }, _) => fault.about(name),
            (_, Part::Option(name)) => fault.about(name),
            _ => fault,
        }
    }
}

impl From<PlanError> for Fault {
    fn from(error: PlanError) -> Fault {
        let text = error.to_string();
        let make = |code| Fault::new(code, text);
        match error {
            PlanError::UnknownEntitySet { name, nearest } => {
                make(Code::UnknownEntitySet).nearest(nearest.as_deref()).about(name)
            }
            PlanError::UnknownProperty { name, nearest, in_path, .. } => {
                let code = if in_path { Code::UnknownPath } else { Code::UnknownProperty };
                make(code).nearest(nearest.as_deref()).about(name)
            }
            PlanError::UnknownFunction { name, nearest } => {
                make(Code::UnknownFunction).nearest(nearest.as_deref()).about(name)
            }
            PlanError::ArgumentCount { name, .. } => make(Code::ArgumentCount).about(name),
            PlanError::Type { what, .. } => make(Code::TypeMismatch).about(what),
            PlanError::Mismatch { property, .. } => make(Code::TypeMismatch).about(property),
            PlanError::Literal { text: written, .. } => make(Code::InvalidLiteral).about(written),
            PlanError::AliasLoop { name } => make(Code::AliasLoop).about(format!("@{name}")),
            PlanError::Unsupported { feature } => make(Code::Unsupported).about(feature),
            PlanError::NotComputable { function, .. } => make(Code::NotComputable).about(function),
            PlanError::Key { set, .. } => make(Code::KeyMismatch).about(set),
            PlanError::Path { segment } => make(Code::PathMismatch).about(segment),
            PlanError::OptionNotApplicable { option, .. } => make(Code::OptionNotApplicable).about(option),
            PlanError::Search => make(Code::SearchText).about("$search"),
            PlanError::Limit { limit, max } => {
                Fault::new(Code::PlanLimit, format!("the request exceeds the limit {limit} = {max}")).about(limit)
            }
            PlanError::DivisionByZero => make(Code::DivisionByZero),
        }
    }
}

impl From<Denied> for Fault {
    fn from(error: Denied) -> Fault {
        match error {
            Denied::Anonymous => Fault::new(Code::Denied, error.to_string()),
        }
    }
}

impl From<SourceError> for Fault {
    fn from(error: SourceError) -> Fault {
        let text = error.to_string();
        let detail = error.adapter_error().map(|said| {
            Box::new(Detail {
                source: error.name().to_owned(),
                code: said.code.clone(),
                message: format!("{:?}: {}", said.kind, said.detail),
            })
        });
        let source = error.name().to_owned();
        let make = |code| Fault::new(code, text);
        let mut fault = match error {
            SourceError::Unavailable { .. } => make(Code::SourceUnavailable).again_after(UNAVAILABLE_RETRY),
            SourceError::Timeout { what: TimedOut::Queue, .. } => {
                make(Code::SourceQueue).again_after(UNAVAILABLE_RETRY)
            }
            SourceError::Timeout { what: TimedOut::Statement, .. } => make(Code::SourceStatement),
            SourceError::Timeout { what: TimedOut::Deadline, .. } => make(Code::SourceDeadline),
            SourceError::Overloaded { retry_after, .. } => make(Code::SourceBusy).again_after(retry_after),
            SourceError::Rejected { .. } => make(Code::SourceRejected),
            SourceError::Misconfigured { .. } => make(Code::SourceMisconfigured),
            SourceError::Conflict { .. } => make(Code::SourceConflict),
            SourceError::Internal { .. } => make(Code::SourceInternal),
        };
        fault.detail = detail;
        fault.about(source)
    }
}

impl From<TokenError> for Fault {
    fn from(error: TokenError) -> Fault {
        let code = match error {
            TokenError::Mismatch => Code::TokenMismatch,
            TokenError::Expired => Code::TokenExpired,
            TokenError::Changed => Code::TokenChanged,
        };
        Fault::new(code, error.to_string()).and("Start again from the first page").about("$skiptoken")
    }
}

impl From<EncodeError> for Fault {
    fn from(error: EncodeError) -> Fault {
        let text = error.to_string();
        match error {
            EncodeError::BadKey { property, .. } => Fault::new(Code::BadKeyValue, text).about(property),
            EncodeError::BadValue { property, .. } => Fault::new(Code::BadValue, text).about(property),
            EncodeError::MissingCells { .. } => {
                let mut fault = Fault::new(Code::RowShape, "the database returned rows of another shape");
                fault.detail = Some(Box::new(Detail { source: String::new(), code: None, message: text }));
                fault
            }
        }
    }
}

impl From<EngineError> for Fault {
    fn from(error: EngineError) -> Fault {
        match error {
            EngineError::Source(error) => (*error).into(),
            EngineError::Token(error) => error.into(),
            EngineError::Encode(error) => error.into(),
            EngineError::Render { source_name, error } => render(&source_name, &error),
            EngineError::TooLarge { set, property, bytes_max } => {
                let text = format!("the rows of '{set}' take more than {bytes_max} bytes");
                let hint = match property {
                    Some(property) => {
                        format!("Select fewer properties or ask for fewer rows; '{property}' is the widest")
                    }
                    None => "Select fewer properties or ask for fewer rows".to_owned(),
                };
                Fault::new(Code::TooLarge, text).and(hint).about(set)
            }
            EngineError::NotFound { set } => {
                Fault::new(Code::NotFound, format!("'{set}' has no entity with this key")).about(set)
            }
            EngineError::CountBudget { set } => {
                Fault::new(Code::CountBudget, format!("counting the rows of '{set}' takes too long"))
                    .and("The administrator can set count = \"capped\" for this entity set")
                    .about(set)
            }
        }
    }
}

fn render(source: &str, error: &RenderError) -> Fault {
    let (code, text) = match error {
        RenderError::Unsupported { func } => (Code::Spelling, format!("the source '{source}' cannot compute {func:?}")),
        RenderError::UnsupportedCast { .. } => {
            (Code::Spelling, format!("the source '{source}' cannot convert a value as asked"))
        }
        RenderError::TooManyParameters { max, .. } => {
            (Code::StatementTooLarge, format!("the request has more values than the source '{source}' takes ({max})"))
        }
        RenderError::TooLong { max } => {
            (Code::StatementTooLarge, format!("the request is longer than the source '{source}' takes ({max} bytes)"))
        }
    };
    Fault::new(code, text).about(source)
}
