# A Minitest plugin that writes the results of a session as JUnit XML, into CRAFTING_REPORTS, and changes nothing else.
#
# Minitest finds it through RUBYLIB. Nothing is loaded for it, since a library that is there because of us could turn a red
# test green.

module CraftingTableMinitest
  HERE = File.dirname(__dir__)
  SESSIONS_MAX = 100
  OUTCOMES = { "Minitest::Skip" => "skipped", "Minitest::UnexpectedError" => "error" }.freeze
  ESCAPES = { "&" => "&amp;", "<" => "&lt;", ">" => "&gt;", '"' => "&quot;", "\n" => "&#10;" }.freeze

  class Reporter < Minitest::AbstractReporter
    def initialize
      super
      @results = []
    end

    def record(result)
      @results << result
    end

    def report
      CraftingTableMinitest.write(render)
    rescue StandardError
      # Another version of Minitest, or a full disk; its text is read anyway.
    end

    private

    def render
      cases = @results.map { |result| render_case(result) }
      counts = %w[failure error skipped].map { |kind| cases.sum { |text| text.scan("<#{kind} ").size } }
      names = %w[failures errors skipped]
      totals = names.zip(counts).map { |name, count| %( #{name}="#{count}") }.join
      %(<?xml version="1.0" encoding="UTF-8"?>\n<testsuite name="minitest" tests="#{cases.size}"#{totals}>\n) +
        "#{cases.join}</testsuite>\n"
    end

    def render_case(result)
      file, line = place_of(result)
      place = file ? %( file="#{escape(file)}" line="#{line}") : ""
      head = %(<testcase classname="#{escape(class_of(result))}" name="#{escape(result.name)}"#{place})
      failures = result.failures.map { |failure| render_failure(failure) }
      %(#{head} time="#{format("%.6f", result.time)}">#{failures.join}</testcase>\n)
    end

    # Where it failed, else where the test begins.
    def place_of(result)
      failed = result.failures.first && result.failures.first.location.to_s[/\A.+:\d+/]
      return failed.rpartition(":").values_at(0, 2) if failed
      result.respond_to?(:source_location) ? result.source_location : nil
    end

    def class_of(result)
      result.respond_to?(:klass) ? result.klass : result.class.name
    end

    def render_failure(failure)
      kind = OUTCOMES.fetch(failure.class.name, "failure")
      # `Expected: 3` and `Actual: 4` say nothing without each other.
      message = failure.message.to_s.sub(/\A(Expected: .*)\n *(Actual: )/, '\1, \2')
      error = failure.respond_to?(:error) ? failure.error : failure
      %(<#{kind} type="#{escape(error.class.name)}" message="#{escape(message)}">#{escape(message)}</#{kind}>)
    end

    # XML has no place for most control characters.
    def escape(text)
      text.to_s.encode("UTF-8", invalid: :replace, undef: :replace).scrub
        .gsub(/[^\t\n\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/, "?").gsub(/[&<>"\n]/, ESCAPES)
    end
  end

  # The tests see the environment that the recipe gave them, and a Minitest that they start is theirs alone.
  def self.withdraw
    paths = ENV["RUBYLIB"].to_s.split(File::PATH_SEPARATOR).reject { |path| path == HERE }
    paths.empty? ? ENV.delete("RUBYLIB") : ENV["RUBYLIB"] = paths.join(File::PATH_SEPARATOR)
    $LOAD_PATH.reject! { |path| path.to_s == HERE }
  end

  def self.write(text)
    (1..SESSIONS_MAX).each do |number|
      path = File.join(ENV["CRAFTING_REPORTS"], "minitest-#{number}.xml")
      begin
        return File.open(path, File::CREAT | File::EXCL | File::WRONLY) { |file| file.write(text) }
      rescue Errno::EEXIST
        next
      end
    end
  end
end

module Minitest
  def self.plugin_crafting_table_init(options)
    # What stopped early would look like a session in which nothing else fails.
    return if ENV["CRAFTING_REPORTS"].to_s.empty? || options[:fail_fast]
    reporter << CraftingTableMinitest::Reporter.new
  rescue StandardError
    # As above.
  end
end

CraftingTableMinitest.withdraw
