/// A text of one line in double quotes, as sweep files and canonical texts hold paths and names.
public func yamlQuoted(_ text: String) -> String {
  "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
}
