#include "playground/lessons/value.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "attention/forward/trace.hpp"
#include "playground/document/names.hpp"
#include "playground/lessons/sequence.hpp"
#include "text/word_vectors.hpp"

namespace ap {
namespace {

using Value = LessonValue;
using Kind = LessonValue::Kind;

Value number(double x) {
  Value v;
  v.number = x;
  return v;
}
Value text(std::string_view s) {
  Value v;
  v.kind = Kind::kText;
  v.text = s;
  return v;
}

double dot(const Matrix& a, const Matrix& b) {
  double sum = 0;
  for (Eigen::Index i = 0; i < a.size(); ++i) {
    sum += static_cast<double>(a.data()[i]) * static_cast<double>(b.data()[i]);
  }
  return sum;
}

/// Recursive descent that evaluates as it reads: an expression is read once.
class Reader {
 public:
  Reader(std::string_view source, const LessonScene& scene)
      : rest_(source), scene_(scene), moment_(scene.now) {}

  Result<Value> all() {
    Value v = either();
    skip();
    if (!rest_.empty()) stop(ErrorCode::kParse, "cannot read from here on");
    if (error_.message.empty()) return v;
    return std::unexpected(error_);
  }

 private:
  void skip() {
    while (rest_.starts_with(' ')) rest_.remove_prefix(1);
  }
  bool take(std::string_view token) {
    skip();
    if (!rest_.starts_with(token)) return false;
    const bool word = is_lesson_name(token.back());
    if (word && rest_.size() > token.size() && is_lesson_name(rest_[token.size()])) return false;
    rest_.remove_prefix(token.size());
    return true;
  }
  void stop(ErrorCode code, const char* message) {
    if (error_.message.empty()) error_ = {code, message, std::string(rest_.substr(0, 40))};
    rest_ = {};
  }
  double num(const Value& v) {
    if (v.kind != Kind::kNumber) stop(ErrorCode::kParse, "needs a number here");
    return v.number;
  }

  Value either() {
    Value v = both();
    while (take("or")) {
      const Value w = both();
      v = number(num(v) != 0 || num(w) != 0 ? 1 : 0);
    }
    return v;
  }
  Value both() {
    Value v = comparison();
    while (take("and")) {
      const Value w = comparison();
      v = number(num(v) != 0 && num(w) != 0 ? 1 : 0);
    }
    return v;
  }
  Value comparison() {
    constexpr double kNear = 0.005;
    Value a = sum();
    for (const char* op : {"<=", ">=", "!=", "<", ">", "="}) {
      if (!take(op)) continue;
      const Value b = sum();
      const std::string_view o = op;
      if (a.kind == Kind::kText || b.kind == Kind::kText) {
        return number((a.kind == b.kind && a.text == b.text) == (o == "=") ? 1 : 0);
      }
      const double difference = num(a) - num(b);
      const double near = take("within") ? num(sum()) : kNear;
      const bool equal = std::abs(difference) <= near;
      const bool yes = o == "="    ? equal
                       : o == "!=" ? !equal
                       : o == "<"  ? difference < 0
                       : o == ">"  ? difference > 0
                       : o == "<=" ? difference <= 0
                                   : difference >= 0;
      return number(yes ? 1 : 0);
    }
    return a;
  }
  Value sum() {
    Value v = product();
    for (;;) {
      if (take("+"))
        v = number(num(v) + num(product()));
      else if (take("-"))
        v = number(num(v) - num(product()));
      else
        return v;
    }
  }
  Value product() {
    Value v = factor();
    for (;;) {
      if (take("*"))
        v = number(num(v) * num(factor()));
      else if (take("/"))
        v = number(num(v) / num(factor()));
      else
        return v;
    }
  }
  Value factor() {
    if (take("-")) return number(-num(factor()));
    if (take("not")) return number(num(factor()) == 0 ? 1 : 0);
    if (take("(")) {
      Value v = either();
      close();
      return v;
    }
    if (take("\"")) {
      const std::size_t end = std::min(rest_.find('"'), rest_.size());
      Value v = text(rest_.substr(0, end));
      rest_.remove_prefix(std::min(end + 1, rest_.size()));
      return v;
    }
    skip();
    if (!rest_.empty() && ((rest_[0] >= '0' && rest_[0] <= '9') || rest_[0] == '.'))
      return literal();
    return named();
  }
  void close() {
    if (!take(")")) stop(ErrorCode::kParse, "a bracket is not closed");
  }
  Value literal() {
    const std::string digits(rest_.substr(0, rest_.find_first_not_of("0123456789.")));
    rest_.remove_prefix(digits.size());
    return number(std::strtod(digits.c_str(), nullptr));
  }

  Value named() {
    const auto last = std::find_if_not(rest_.begin(), rest_.end(), is_lesson_name);
    const std::string name(rest_.begin(), last);
    if (name.empty()) return stop(ErrorCode::kParse, "needs a number or a name here"), Value{};
    if (stage_from(name)) return tensor();
    rest_.remove_prefix(name.size());
    if (take("(")) {
      Value v = call(name);
      close();
      return v;
    }
    return fact(name);
  }

  Value tensor() {
    const auto place = read_place(rest_, moment_);
    if (!place) {
      error_ = error_.message.empty() ? place.error() : error_;
      rest_ = {};
      return {};
    }
    const ConstView m = moment_.trace->tensor(place->tensor);
    if (place->col >= 0) return number(static_cast<double>(m(place->row, place->col)));
    Value v;
    v.kind = Kind::kMatrix;
    v.document = moment_.document;
    v.tensor = place->tensor;
    v.matrix = as_eigen(place->row < 0 ? m : m.block(place->row, 0, 1, m.cols));
    return v;
  }

  Value matrix() {
    Value v = either();
    if (v.kind != Kind::kMatrix || v.matrix.size() == 0) {
      stop(ErrorCode::kParse, "needs a row or a matrix here");
      v.matrix = Matrix::Zero(1, 1);
    }
    return v;
  }
  /// The second of two of the same shape.
  Value other(const Value& first) {
    if (!take(",")) stop(ErrorCode::kParse, "needs two rows");
    Value v = matrix();
    if (v.matrix.rows() != first.matrix.rows() || v.matrix.cols() != first.matrix.cols()) {
      stop(ErrorCode::kShape, "the two have different shapes");
      v.matrix = first.matrix;
    }
    return v;
  }

  Value call(const std::string& name) {
    if (name == "start") {
      moment_ = scene_.start;
      Value v = either();
      moment_ = scene_.now;
      return v;
    }
    if (name == "word") return word();
    if (name == "nearest") return nearest();
    if (name == "ops" || name == "depth" || name == "reach") return sequence(name);
    if (name == "sqrt" || name == "exp" || name == "abs") {
      const double x = num(either());
      return number(name == "sqrt" ? std::sqrt(x) : name == "exp" ? std::exp(x) : std::abs(x));
    }
    const Value v = matrix();
    const Matrix& m = v.matrix;
    if (name == "sum") return number(m.cast<double>().sum());
    if (name == "max") return number(static_cast<double>(m.maxCoeff()));
    if (name == "min") return number(static_cast<double>(m.minCoeff()));
    if (name == "rows") return number(static_cast<double>(m.rows()));
    if (name == "cols") return number(static_cast<double>(m.cols()));
    if (name == "norm") return number(std::sqrt(dot(m, m)));
    if (name == "top") return top(v);
    const Value w = other(v);
    if (name == "dot") return number(dot(m, w.matrix));
    if (name == "cosine") {
      const double size = std::sqrt(dot(m, m) * dot(w.matrix, w.matrix));
      return number(size > 0 ? dot(m, w.matrix) / size : 0);
    }
    if (name == "distance")
      return number(static_cast<double>((m - w.matrix).cwiseAbs().maxCoeff()));
    stop(ErrorCode::kParse, "there is no such function");
    return {};
  }

  Value top(const Value& v) {
    Eigen::Index row = 0;
    Eigen::Index col = 0;
    v.matrix.maxCoeff(&row, &col);
    if (v.document == nullptr) return number(static_cast<double>(col));
    const auto labels = col_labels(*v.document, v.tensor);
    return text(labels[static_cast<std::size_t>(col)]);
  }

  Value word() {
    const Value name = either();
    const auto found = scene_.words == nullptr ? std::nullopt : scene_.words->find(name.text);
    Value v;
    v.kind = Kind::kMatrix;
    v.matrix = Matrix::Zero(1, std::max(1, moment_.document->model.width));
    if (!found) {
      stop(ErrorCode::kNotFound, "the word is not in the list");
    } else {
      const auto width = std::min(v.matrix.cols(), Eigen::Index{WordVectors::kWidth});
      scene_.words->copy_vector(*found, v.matrix.data(), static_cast<int>(width));
    }
    return v;
  }

  /// The words nearest to a row, as many as said: "river, lake".
  Value nearest() {
    const Value v = matrix();
    const int count = take(",") ? static_cast<int>(num(sum())) : 1;
    const int dims = static_cast<int>(v.matrix.cols());
    if (scene_.words == nullptr || dims > WordVectors::kWidth) {
      stop(ErrorCode::kNotFound, "the word list has no vectors of this width");
      return {};
    }
    std::string list;
    for (const auto& n : scene_.words->nearest(v.matrix.data(), dims, count)) {
      if (!list.empty()) list += ", ";
      list += scene_.words->word(n.index);
    }
    return text(list);
  }

  Value sequence(const std::string& name) {
    const Value kind = either();
    const auto run =
        run_sequence(kind.text, as_eigen(moment_.trace->tensor({0, Stage::kEmbeddings, 0})));
    if (!run) {
      stop(ErrorCode::kParse, "needs \"attention\", \"rnn\" or \"cnn\" here");
      return {};
    }
    return number(name == "ops" ? run->multiply_adds : name == "depth" ? run->depth : run->reach);
  }

  Value fact(std::string_view name) {
    const Document& d = *moment_.document;
    const Model& m = d.model;
    if (name == "tokens") return number(moment_.trace->queries());
    if (name == "keys") return number(moment_.trace->keys());
    if (name == "width") return number(m.width);
    if (name == "heads") return number(m.heads);
    if (name == "kv_heads") return number(m.kv_heads);
    if (name == "key_width") return number(m.key_width);
    if (name == "layers") return number(static_cast<double>(m.layers.size()));
    if (name == "softcap") return number(static_cast<double>(m.softcap));
    if (name == "score_scale") return number(static_cast<double>(m.score_scale()));
    if (name == "causal") return number(m.causal ? 1 : 0);
    if (name == "residual") return number(m.residual ? 1 : 0);
    if (name == "cross") return number(d.cross ? 1 : 0);
    if (name == "scale") return text(enum_name(m.scale));
    if (name == "position_kind") return text(enum_name(m.positions.kind));
    if (name == "sentence") return text(d.query.text);
    if (name == "loss") return number(scene_.loss);
    if (name == "train_steps") return number(scene_.train_steps);
    stop(ErrorCode::kParse, "there is no such name");
    return {};
  }

  std::string_view rest_;
  const LessonScene& scene_;
  LessonMoment moment_;
  Error error_{ErrorCode::kParse, {}, {}};
};

}  // namespace

Result<LessonValue> evaluate(std::string_view expression, const LessonScene& scene) {
  return Reader(expression, scene).all();
}

}  // namespace ap
