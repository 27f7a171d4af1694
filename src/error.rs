//! The one table of errors: stable code, HTTP status, meaning; and the [`Fault`] that a client is shown.
//!
//! Every stage's error becomes a row here and nowhere else. A code, once given, is never used for anything else. Knows no
//! HTTP type; holds neither SQL text nor a driver's words, except in [`Fault::detail`], which only the log reads.

mod stages;
#[cfg(test)]
mod tests;

use std::time::Duration;

use crate::encode::ErrorBody;

macro_rules! table {
    ($($variant:ident $code:literal $status:literal $meaning:literal,)*) => {
        /// A kind of error, as clients and logs know it.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[allow(missing_docs)] // each is its meaning in the table
        pub enum Code { $($variant,)* }

        impl Code {
            /// Every code, in order.
            pub const ALL: &[Code] = &[$(Code::$variant,)*];

            /// The stable code.
            pub fn text(self) -> &'static str {
                match self { $(Code::$variant => $code,)* }
            }

            /// The HTTP status.
            pub fn status(self) -> u16 {
                match self { $(Code::$variant => $status,)* }
            }

            /// What it means, for the documentation.
            pub fn meaning(self) -> &'static str {
                match self { $(Code::$variant => $meaning,)* }
            }
        }
    };
}

table! {
    Expected "TG-1001" 400 "The request does not read as OData at the place named.",
    UnknownOption "TG-1002" 400 "OData has no such query option.",
    UnknownSegment "TG-1003" 404 "OData has no such path segment.",
    DuplicateOption "TG-1004" 400 "A query option is given twice.",
    PercentEncoding "TG-1005" 400 "A percent sign is not followed by two hexadecimal digits.",
    InvalidUtf8 "TG-1006" 400 "The percent-encoded bytes are no text.",
    SyntaxLimit "TG-1007" 400 "The request exceeds a limit on names, nesting, terms or list items.",
    BadNumber "TG-1008" 400 "Digits that are no number, or too large a one.",
    BadLiteral "TG-1009" 400 "A date, time, duration, enumeration or binary value that is none.",
    UnterminatedString "TG-1010" 400 "A text without its closing quote.",
    OldSuffix "TG-1011" 400 "A number with a type suffix of OData 2.",
    OldLiteral "TG-1012" 400 "A value with a prefix of OData 2.",
    SyntaxUnsupported "TG-1013" 501 "Valid OData that this service does not answer.",
    UrlTooLong "TG-1014" 414 "The URL is longer than `url_bytes_max`.",
    UnknownEntitySet "TG-2001" 404 "The service has no such entity set.",
    UnknownProperty "TG-2002" 400 "The entity set has no such property (in an option).",
    UnknownPath "TG-2003" 404 "The entity set has no such property (in the path).",
    UnknownFunction "TG-2004" 400 "There is no such function.",
    ArgumentCount "TG-2005" 400 "A function has too many or too few arguments.",
    TypeMismatch "TG-2006" 400 "A value has another type than its place needs.",
    InvalidLiteral "TG-2007" 400 "A value that its type does not have, such as 30 February.",
    AliasLoop "TG-2008" 400 "A parameter alias refers to itself.",
    Unsupported "TG-2009" 501 "A part of OData that this service does not answer.",
    NotComputable "TG-2010" 501 "The source cannot compute a function or operator.",
    KeyMismatch "TG-2011" 400 "The key in the path does not fit the entity set's key.",
    PathMismatch "TG-2012" 404 "A path segment cannot follow where it stands.",
    OptionNotApplicable "TG-2013" 400 "A query option that the addressed resource does not take.",
    SearchText "TG-2014" 400 "The search text does not read as one.",
    PlanLimit "TG-2015" 400 "The request exceeds a named limit.",
    DivisionByZero "TG-2016" 400 "A division by a literal zero.",
    Denied "TG-3001" 403 "The caller may not read this.",
    SourceUnavailable "TG-4001" 503 "The database cannot be reached.",
    SourceQueue "TG-4002" 503 "The request's time ran out while it waited for a connection.",
    SourceStatement "TG-4003" 504 "The statement ran longer than `statement_timeout`.",
    SourceDeadline "TG-4004" 504 "The request's time ran out in the database.",
    SourceBusy "TG-4005" 503 "Too many requests wait for the source.",
    SourceRejected "TG-4006" 400 "The database refused a value of the request.",
    SourceMisconfigured "TG-4007" 500 "A right, table or column is missing in the database.",
    SourceConflict "TG-4008" 409 "The change conflicts with the stored data.",
    SourceInternal "TG-4009" 500 "The database failed.",
    NotFound "TG-5001" 404 "There is no entity with this key.",
    TooLarge "TG-5002" 413 "The rows take more bytes than one answer may have.",
    CountBudget "TG-5003" 504 "Counting took longer than it may.",
    TokenMismatch "TG-5004" 400 "The next link is forged or belongs to another request.",
    TokenExpired "TG-5005" 410 "The next link is too old.",
    TokenChanged "TG-5006" 410 "The entity set has changed since the next link was made.",
    BadKeyValue "TG-5007" 500 "A row's key holds a value that its type does not have.",
    BadValue "TG-5008" 500 "A row holds a bad value in a property with `on_bad_value = \"error\"`.",
    Spelling "TG-5009" 501 "The database has no spelling for a part of the request.",
    StatementTooLarge "TG-5010" 400 "The statement would have more parameters or bytes than the database takes.",
    RowShape "TG-5011" 500 "The database returned rows of another shape than asked for.",
    NoServiceRoot "TG-6001" 404 "The path is not below a service root.",
    Method "TG-6002" 405 "The service is read-only: GET and HEAD.",
    VersionTooLow "TG-6003" 400 "`OData-MaxVersion` is below 4.0.",
    VersionUnknown "TG-6004" 400 "`OData-Version` or `OData-MaxVersion` is no known version.",
    NotAcceptable "TG-6005" 406 "The answer exists in no format that `Accept` allows.",
    Format "TG-6006" 415 "The answer does not exist in the format that `$format` names.",
    Unauthenticated "TG-6007" 401 "Name or password is missing or wrong.",
    Busy "TG-6008" 503 "More requests than `requests_max` are being answered.",
    HeadTimeout "TG-6009" 504 "The answer did not begin within the service's deadline.",
    Internal "TG-6010" 500 "The gateway failed; the log has the details under the request's id.",
    AuthenticationBusy "TG-6011" 503 "Too many passwords are being checked.",
}

/// An error as a client is shown it, with what only the log is told.
#[derive(Clone, Debug, PartialEq)]
pub struct Fault {
    /// Code and status.
    pub code: Code,
    /// One or two short sentences.
    pub message: String,
    /// What it is about: a property, an option, an entity set.
    pub target: Option<String>,
    /// When to ask again.
    pub retry_after: Option<Duration>,
    /// What the database said, for the log.
    pub detail: Option<Box<Detail>>,
}

/// What a database said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Detail {
    /// Source.
    pub source: String,
    /// SQLSTATE or the driver's number.
    pub code: Option<String>,
    /// The driver's message, secrets removed.
    pub message: String,
}

impl Fault {
    /// A fault whose message becomes a sentence: a capital first, a full stop last.
    pub fn new(code: Code, message: impl Into<String>) -> Fault {
        Fault { code, message: sentence(&message.into()), target: None, retry_after: None, detail: None }
    }

    /// The gateway failed.
    pub fn internal() -> Fault {
        Fault::new(Code::Internal, "the gateway failed")
    }

    /// The same about something.
    pub fn about(mut self, target: impl Into<String>) -> Fault {
        self.target = Some(target.into());
        self
    }

    /// The same with a second sentence.
    pub fn and(mut self, message: impl AsRef<str>) -> Fault {
        self.message.push(' ');
        self.message.push_str(&sentence(message.as_ref()));
        self
    }

    /// The same, to be tried again later.
    pub fn again_after(mut self, wait: Duration) -> Fault {
        self.retry_after = Some(wait);
        self
    }

    /// With the nearest known name, if there is one.
    fn nearest(self, name: Option<&str>) -> Fault {
        match name {
            Some(name) => self.and(format!("Did you mean '{name}'?")),
            None => self,
        }
    }

    /// The body. What went wrong inside is told by the request's id alone: whoever runs the gateway finds it in the log.
    pub fn to_json(&self, request_id: &str) -> Vec<u8> {
        let told = (self.code.status() == 500)
            .then(|| format!("{} The administrator finds it in the log as request {request_id}.", self.message));
        let message = told.as_deref().unwrap_or(&self.message);
        ErrorBody { code: self.code.text(), message, target: self.target.as_deref(), details: &[] }.to_json()
    }
}

/// With a capital letter first (unless a name stands there) and an end.
fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    let mut out: String = match chars.next() {
        Some(first) => first.to_uppercase().chain(chars).collect(),
        None => return String::new(),
    };
    if !out.ends_with(['.', '?', '!']) {
        out.push('.');
    }
    out
}
