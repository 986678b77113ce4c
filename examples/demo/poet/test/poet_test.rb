require 'minitest/autorun'
require 'poet'

class TestPoet < Minitest::Test
  def test_night_rhymes_with_light
    assert Poet.rhyme?('night', 'light')
  end

  def test_day_does_not_rhyme_with_night
    refute Poet.rhyme?('day', 'night')
  end

  # Red on purpose: words that sound alike need not end in the same letters.
  def test_blue_rhymes_with_shoe
    assert Poet.rhyme?('blue', 'shoe'), 'blue and shoe do not rhyme'
  end
end
