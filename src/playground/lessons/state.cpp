#include <algorithm>

#include "playground/actions/action_json.hpp"
#include "playground/json/presets.hpp"
#include "playground/json/read.hpp"
#include "playground/json/state_json.hpp"
#include "playground/lessons/lesson.hpp"

namespace ap {
namespace {

/// "preset cat" is argument "cat" of "preset".
std::string_view argument(std::string_view command, std::string_view word) {
  if (!command.starts_with(word) || command.size() <= word.size() || command[word.size()] != ' ') {
    return {};
  }
  return command.substr(word.size() + 1);
}

bool is_whole(std::string_view command) {
  return !argument(command, "preset").empty() || !argument(command, "state").empty();
}

}  // namespace

bool is_view_command(std::string_view command) noexcept {
  return !command.starts_with('{') && !is_whole(command);
}

std::vector<std::string> states_of(const Lesson& lesson) {
  std::vector<std::string> names;
  const auto look = [&](std::string_view commands) {
    while (!commands.empty()) {
      const std::string name(argument(take_line(commands), "state"));
      if (!name.empty() && std::find(names.begin(), names.end(), name) == names.end()) {
        names.push_back(name);
      }
    }
  };
  for (const LessonStep& step : lesson.steps) {
    look(step.enter);
    for (const std::string& link : step.links) look(link);
    for (const LessonBlock& block : step.blocks) look(block.solve);
  }
  return names;
}

std::string state_file(std::string_view name) {
  const bool other = name.starts_with("recipes/") && name.find("..") == std::string_view::npos;
  return (other ? "assets/" : "assets/lessons/states/") + std::string(name) + ".json";
}

Result<Action> action_of(std::string_view command, const World& world, const LessonFiles& files) {
  if (command.starts_with('{')) return action_from_json(command);
  if (const std::string_view id = argument(command, "preset"); !id.empty()) {
    return action::LoadPreset{std::string(id)};
  }
  const std::string_view name = argument(command, "state");
  for (const auto& [file, text] : files) {
    if (file != name) continue;
    auto document = read_document(text, world.words);
    if (!document) return std::unexpected(std::move(document).error());
    return action::LoadDocument{std::move(*document)};
  }
  return fail(ErrorCode::kNotFound, "there is no such command or state", std::string(command));
}

Result<Document> document_at(const Lesson& lesson, int step, const World& world,
                             const LessonFiles& files) {
  std::string commands;
  for (int i = 0; i <= step; ++i) {
    const std::string& enter = lesson.steps[static_cast<std::size_t>(i)].enter;
    if (is_whole(enter)) commands.clear();
    commands += enter;
  }
  Document document;
  std::string_view rest = commands;
  if (!is_whole(rest)) {
    return fail(ErrorCode::kNotFound,
                "its first step must begin with 'do: preset ...' or 'do: state ...'", lesson.id);
  }
  while (!rest.empty()) {
    const std::string_view command = take_line(rest);
    if (is_view_command(command)) continue;
    auto action = action_of(command, world, files);
    if (!action) return std::unexpected(std::move(action).error());
    // A whole state needs no document before it; `update` checks the one it is given.
    if (auto* whole = std::get_if<action::LoadDocument>(&*action)) {
      document = std::move(whole->document);
      continue;
    }
    auto next = std::holds_alternative<action::LoadPreset>(*action)
                    ? load_preset(std::get<action::LoadPreset>(*action).id, world.words)
                    : update(document, *action, world);
    if (!next) return next;
    document = std::move(*next);
  }
  // A preset that the step goes on from is no longer what its name says.
  if (!document.preset.empty()) {
    const auto whole = load_preset(document.preset, world.words);
    if (whole && !(*whole == document)) document.preset.clear();
  }
  if (document.title.empty() || document.preset.empty()) document.title = lesson.title;
  return document;
}

}  // namespace ap
