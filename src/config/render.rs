//! Prints findings: each with its line underlined, all of them at once.

use std::io::{self, Write};

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use super::finding::{Finding, Severity};

/// Writes every finding and a last line that counts them.
///
/// `colour` is for terminals; without it the text is plain.
pub fn write_findings(findings: &[Finding], colour: bool, out: &mut dyn Write) -> io::Result<()> {
    let renderer = if colour { Renderer::styled() } else { Renderer::plain() };
    for finding in findings {
        writeln!(out, "{}\n", renderer.render(&[group(finding)]))?;
    }
    let count = |severity| findings.iter().filter(|f| f.severity == severity).count();
    let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
    if errors + warnings > 0 {
        writeln!(out, "{}, {}", plural(errors, "error"), plural(warnings, "warning"))?;
    }
    Ok(())
}

/// The text of [`write_findings`], plain.
pub fn plain(findings: &[Finding]) -> String {
    let mut out = Vec::new();
    // Writing into memory does not fail.
    let _ = write_findings(findings, false, &mut out);
    String::from_utf8_lossy(&out).into_owned()
}

fn group(finding: &Finding) -> Group<'_> {
    let level = match finding.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Hint => Level::NOTE,
    };
    let title = level.primary_title(finding.message.as_str()).id(finding.code.text());
    let mut group = match &finding.place {
        None => Group::with_title(title),
        Some(place) => {
            let shown = place.file.shown.as_str();
            let mut annotation = AnnotationKind::Primary.span(within(shown, place.span.clone()));
            if !finding.label.is_empty() {
                annotation = annotation.label(finding.label.as_str());
            }
            let path = place.file.path.display().to_string();
            title.element(Snippet::source(shown).path(path).annotation(annotation))
        }
    };
    if let Some(help) = &finding.help {
        group = group.element(Level::HELP.message(help.as_str()));
    }
    group
}

/// The part of a span that lies on its first line: underlining whole tables says nothing.
fn within(text: &str, span: std::ops::Range<usize>) -> std::ops::Range<usize> {
    let mut start = span.start.min(text.len());
    while !text.is_char_boundary(start) {
        start -= 1;
    }
    let line_end = text[start..].find('\n').map_or(text.len(), |at| start + at);
    let mut end = span.end.clamp(start, line_end);
    while !text.is_char_boundary(end) {
        end += 1;
    }
    start..end
}

fn plural(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}
