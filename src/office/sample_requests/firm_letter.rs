//! The sample law firm's letter, to which a cover is written.
//!
//! Three empty pages marked as a sample, in the plainest PDF: a law firm's letter is the firm's own
//! work and no template of this office. The same bytes each time.

/// Pages, as its cover counts them.
const PAGES: usize = 3;

/// The PDF.
#[must_use]
pub fn firm_letter() -> Vec<u8> {
    let kids: Vec<String> = (0..PAGES).map(|page| format!("{} 0 R", 4 + 2 * page)).collect();
    let mut objects = vec![
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        format!("<< /Type /Pages /Kids [{}] /Count {PAGES} >>", kids.join(" ")),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>".to_owned(),
    ];
    for page in 0..PAGES {
        let words = format!(
            "BT /F1 14 Tf 79 750 Td (SAMPLE: letter of the sample law firm, page {} of {PAGES}) Tj ET",
            page + 1
        );
        objects.push(format!(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {} 0 R \
             /Resources << /Font << /F1 3 0 R >> >> >>",
            5 + 2 * page
        ));
        objects.push(format!("<< /Length {} >>\nstream\n{words}\nendstream", words.len()));
    }
    let mut pdf = "%PDF-1.4\n".to_owned();
    let mut places = Vec::new();
    for (number, object) in (1_usize..).zip(&objects) {
        places.push(pdf.len());
        pdf += &[&number.to_string(), " 0 obj\n", object, "\nendobj\n"].concat();
    }
    let table = pdf.len();
    let size = objects.len() + 1;
    let rows: Vec<String> = places.iter().map(|place| format!("{place:010} 00000 n \n")).collect();
    let rows = rows.concat();
    let end = format!(
        "xref\n0 {size}\n0000000000 65535 f \n{rows}trailer\n<< /Size {size} /Root 1 0 R >>\n\
         startxref\n{table}\n%%EOF\n"
    );
    pdf += &end;
    pdf.into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_object_stands_where_the_table_says() {
        let pdf = String::from_utf8(firm_letter()).unwrap();
        let table = pdf.split("xref\n").nth(1).unwrap();
        let places = table.lines().filter(|line| line.ends_with(" n "));
        let mut count = 0;
        for (number, line) in (1..).zip(places) {
            let place: usize = line[..10].parse().unwrap();
            assert!(pdf[place..].starts_with(&format!("{number} 0 obj")), "{number}");
            count += 1;
        }
        assert_eq!(count, 3 + 2 * PAGES);
    }
}
