# Finds words that rhyme, by their last three letters.
module Poet
  def self.rhyme?(one, other)
    one[-3..] == other[-3..]
  end
end
