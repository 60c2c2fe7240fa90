// to_json of an action: the writer of action_fields.hpp's lists.
#include "playground/actions/action_fields.hpp"
#include "playground/actions/action_json.hpp"
#include "playground/actions/action_names.hpp"
#include "playground/json/state_write.hpp"
#include "playground/json/write.hpp"

namespace ap {
namespace {

void write_action(JsonWriter& out, const Action& action);

struct FieldWriter {
  JsonWriter& out;

  template <class T>
  void required(const char* key, const T& value) {
    out.field(key, value);
  }
  template <class T>
  void optional(const char* key, const T& value) {
    out.field(key, value);
  }
  void said(const char* key, const std::string& text) {
    if (!text.empty()) out.field(key, text);
  }
  template <class T>
  void cells(const char* key, const T& value) {
    out.field(key, value);
  }
  void row(const char* key, const Matrix& value) {
    if (value.size() == 0) return;
    out.key(key);
    out.row(value);
  }
  void parameters(const char* key, const std::vector<action::ParameterValue>& values) {
    out.key(key);
    out.open('[');
    for (const action::ParameterValue& p : values) {
      out.open('{');
      out.field("stage", p.stage);
      out.field("layer", p.layer);
      out.field("values", *p.values);
      out.close('}');
    }
    out.close(']');
  }
  void document(const char* key, const Document& value, bool older) {
    out.key(key);
    write_document(out, value, older);
  }
  void actions(const char* key, const std::vector<action::Step>& steps) {
    out.key(key);
    out.open('[');
    for (const action::Step& step : steps) write_action(out, step.action);
    out.close(']');
  }
};
void write_action(JsonWriter& out, const Action& action) {
  out.open('{');
  out.field("type", kActionTypes[action.index()]);
  FieldWriter writer{out};
  std::visit([&writer](auto a) { fields(writer, a); }, action);
  out.close('}');
}

}  // namespace

std::string to_json(const Action& action) {
  std::string text;
  JsonWriter out(text);
  write_action(out, action);
  return text;
}

}  // namespace ap
