//! A QR code as a drawing, so that no picture of a secret is ever made elsewhere.

use std::fmt::Write as _;

use platform::failure::Failure;
use qrcode::{Color, EcLevel, QrCode};

/// Empty modules around it (ISO/IEC 18004).
const MARGIN: usize = 4;

/// A QR code as a path of SVG.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Qr {
    /// Modules on a side, with the margin.
    pub size: usize,
    /// The dark modules, row by row.
    pub path: String,
}

impl Qr {
    /// # Errors
    /// `Broken` for a text that is too long for one.
    pub(crate) fn of(text: &str) -> Result<Qr, Failure> {
        let code = QrCode::with_error_correction_level(text.as_bytes(), EcLevel::M)
            .map_err(|error| anyhow::anyhow!("draw a QR code: {error}"))?;
        let (width, colors, mut path) = (code.width(), code.to_colors(), String::new());
        for (row, modules) in colors.chunks(width).enumerate() {
            let mut at = 0;
            for run in modules.chunk_by(|one, next| one == next) {
                if run.first() == Some(&Color::Dark) {
                    let (x, y, long) = (at + MARGIN, row + MARGIN, run.len());
                    let _never_fails = write!(path, "M{x} {y}h{long}v1h-{long}z");
                }
                at += run.len();
            }
        }
        Ok(Qr { size: width + 2 * MARGIN, path })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_has_its_three_corners() {
        let qr = Qr::of("otpauth://totp/x?secret=MZXQ").unwrap();
        let far = qr.size - MARGIN - 7;
        for corner in [(MARGIN, MARGIN), (far, MARGIN), (MARGIN, far)] {
            let edge = format!("M{} {}h7v1h-7z", corner.0, corner.1);
            assert!(qr.path.contains(&edge), "{edge}");
        }
    }
}
